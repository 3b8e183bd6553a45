import { setTimeout as delay } from 'node:timers/promises';
import { partitionOf } from '@marketing-streams/contracts/partitioner';
import type { SourceOffset } from '@marketing-streams/contracts/record';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deadLettersOf, readDeadLetters } from '../src/harness/dead-letters.ts';
import { orderPlaced } from '../src/harness/input-events.ts';
import { POISON_HEADER } from '../src/harness/poison.ts';
import { PARTITIONS } from '../src/harness/prepare-topics.ts';
import { faultSeeds, isFullRun } from './fault-runs.ts';
import { complaintsOf, untilComplaining, untilReady } from './readiness.ts';
import { type FaultRig, startFaultRig } from './rig.ts';

const TEST_MILLISECONDS = 240_000;
/** How long something is away while traffic goes on. */
const OUTAGE_MILLISECONDS = 3_000;
const WITH_REGISTRY = ['bronze', 'silver', 'gold', 'scorer', 'gold-publisher', 'webapp'] as const;
const DEAD_LETTERS = 'dead-letter-queue';

describe.runIf(isFullRun).each(faultSeeds())('outages, with seed %i', (seed) => {
  let rig: FaultRig;
  let schemaIds = 1_000_000 + (seed % 1_000) * 100;

  beforeAll(async () => {
    rig = await startFaultRig({ name: 'outages', seed });
  });
  afterAll(() => rig?.stop());

  /** Sends an order that names a schema nobody has seen; silver has to ask the registry. */
  const sendUnknownSchema = async (): Promise<SourceOffset> => {
    const customer_id = `unknown-schema-${schemaIds}`;
    const good = rig.access.inputs.order(
      orderPlaced({ order_id: 'o', customer_id, total_amount: 1, placed_at: Date.now() }),
    );
    const value = Buffer.from(good.value!);
    value.writeInt32BE(schemaIds++, 1);
    const partition = partitionOf(customer_id, PARTITIONS);
    const [place] = await rig.access.send([
      { ...good, value, partition, headers: { [POISON_HEADER]: 'a schema nobody knows' } },
    ]);
    return place!;
  };

  const silverPosition = async ({ topic, partition }: SourceOffset): Promise<number> => {
    const admin = rig.access.kafka.admin();
    try {
      const [position] = await admin.committedPositions('silver', [{ topic, partition }]);
      return position?.offset ?? 0;
    } finally {
      await admin.close();
    }
  };

  /** The page as a person's browser asks for it. */
  const page = async (): Promise<{ readonly status: number; readonly text: string }> => {
    const response = await fetch(`${rig.pipeline.webappUrl}/customers`, { headers: { accept: 'text/html' } });
    return { status: response.status, text: await response.text() };
  };

  it(
    'of the registry at the start: every service waits, says so, and goes on when it is back',
    async () => {
      const { services } = rig.pipeline;
      await rig.strike('registry away while all services start', async (struck) => {
        await rig.stack.parts.registry.kill();
        const back = Promise.all(WITH_REGISTRY.map((name) => services[name].kill()));
        for (const name of WITH_REGISTRY) await untilComplaining(services[name].url, /registry/i);
        const pids = WITH_REGISTRY.map((name) => services[name].pid());
        expect((await page()).status).toBe(503);
        await delay(OUTAGE_MILLISECONDS);
        // They wait; they are not started again and again.
        expect(WITH_REGISTRY.map((name) => services[name].pid())).toEqual(pids);
        await rig.stack.parts.registry.start();
        struck(); // What is measured is how soon all is well once the registry is back.
        await back;
      });
    },
    TEST_MILLISECONDS,
  );

  it(
    'of the registry in mid-run: a schema nobody has seen holds its task up, and is not skipped',
    async () => {
      await rig.strike('registry away in mid-run', async (struck) => {
        const { url } = rig.pipeline.services.silver;
        await rig.stack.parts.registry.kill();
        const place = await sendUnknownSchema();
        await untilComplaining(url, /registry/i);
        await delay(OUTAGE_MILLISECONDS);
        expect(await silverPosition(place)).toBeLessThanOrEqual(place.offset);
        await rig.stack.parts.registry.start();
        struck();
        await untilReady(url);
      });
    },
    TEST_MILLISECONDS,
  );

  it(
    'of Redis in mid-run: the page keeps answering and shows all that happened once it is back',
    async () => {
      await rig.strike('Redis away in mid-run', async (struck) => {
        const { url } = rig.pipeline.services.webapp;
        await rig.stack.parts.redis.kill();
        await untilComplaining(url, /redis/i);
        const asked = performance.now();
        const { status, text } = await page();
        expect([200, 503]).toContain(status);
        expect(text).toContain('</html>');
        expect(performance.now() - asked).toBeLessThan(2_500);
        await delay(OUTAGE_MILLISECONDS);
        await rig.stack.parts.redis.start();
        struck();
        await untilReady(url);
      });
    },
    TEST_MILLISECONDS,
  );

  it(
    'of Redis at the start: the web app waits, says so, and goes on when it is back',
    async () => {
      await rig.strike('Redis away while the web app starts', async (struck) => {
        const { webapp } = rig.pipeline.services;
        await rig.stack.parts.redis.kill();
        const back = webapp.kill();
        await untilComplaining(webapp.url, /redis/i);
        expect((await page()).text).toContain('</html>');
        await delay(OUTAGE_MILLISECONDS);
        await rig.stack.parts.redis.start();
        struck();
        await back;
      });
      await rig.agree();
    },
    TEST_MILLISECONDS,
  );

  it(
    'of room on the dead-letter topic: nothing is acknowledged, and nothing lost when it takes them again',
    async () => {
      const admin = rig.access.kafka.admin();
      const { silver } = rig.pipeline.services;
      await rig.strike('the dead-letter topic refuses', async (struck) => {
        const pid = silver.pid();
        await admin.alterTopicConfig(DEAD_LETTERS, { 'max.message.bytes': '100' });
        const place = await sendUnknownSchema();
        await untilComplaining(silver.url, /kafka does not take it/i);
        await delay(OUTAGE_MILLISECONDS);
        expect(await silverPosition(place)).toBeLessThanOrEqual(place.offset);
        expect(await complaintsOf(silver.url)).not.toEqual([]);
        expect(silver.pid()).toBe(pid);
        await admin.alterTopicConfig(DEAD_LETTERS, { 'max.message.bytes': '2097152' });
        struck();
        await untilReady(silver.url);
      });
      await admin.close();
      await rig.agree();
    },
    TEST_MILLISECONDS,
  );

  it(
    'of the dead-letter topic itself, deleted: nothing is acknowledged until it is made again',
    async () => {
      const { access, pipeline } = rig;
      const admin = access.kafka.admin();
      const config = await admin.topicConfig(DEAD_LETTERS);
      const before = (await readDeadLetters(access.kafka, access.registry)).length;
      expect(before).toBeGreaterThan(0);
      let place: SourceOffset | undefined;
      await rig.strike('the dead-letter topic is deleted', async (struck) => {
        await admin.deleteTopics([DEAD_LETTERS]);
        place = await sendUnknownSchema();
        await untilComplaining(pipeline.services.silver.url, /task/);
        await delay(OUTAGE_MILLISECONDS);
        expect(await silverPosition(place)).toBeLessThanOrEqual(place.offset);
        await admin.createTopics([
          {
            name: DEAD_LETTERS,
            partitions: PARTITIONS,
            config: { 'max.message.bytes': config['max.message.bytes']! },
          },
        ]);
        struck();
        await untilReady(pipeline.services.silver.url);
      });
      await admin.close();
      await rig.drive.pause();
      await access.caughtUp();
      const letters = await readDeadLetters(access.kafka, access.registry);
      expect(deadLettersOf(letters, place!)).toHaveLength(1);
      const places = letters.map(({ topic, partition, offset }) => `${topic}/${partition}/${offset}`);
      expect(new Set(places).size).toBe(places.length);
    },
    TEST_MILLISECONDS,
  );
});
