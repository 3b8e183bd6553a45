import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSchemaRegistry } from '@marketing-streams/contracts/schema-registry';
import { createRandom, integerBetween, pick, type Random } from '@marketing-streams/domain/simulation/random';
import { type EmbeddedStack, startEmbeddedStack } from '@marketing-streams/embedded/stack';
import { TRANSACTION_FAIL_POINTS } from '@marketing-streams/platform/fail-points';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Pipeline, startPipeline } from '../src/harness/pipeline.ts';
import { testKafkaClient } from '../src/harness/pipeline-access.ts';
import { PARTITIONS, prepareTopics } from '../src/harness/prepare-topics.ts';
import { waitUntil } from '../src/harness/wait-until.ts';
import { brokerRestarts } from './broker-faults.ts';
import { createAdTraffic } from './campaigns/ad-traffic.ts';
import { agreeWithBronze, type CampaignStores, campaignsCaughtUp } from './campaigns/campaign-agreement.ts';
import { chosenFaults, faultSeeds } from './fault-runs.ts';
import { type Drive, startDriving } from './ledger/drive.ts';
import { type Fault, shuffled } from './service-faults.ts';

const RATE = 500;
const CATCH_UP_MILLISECONDS = 120_000;
const TEST_MILLISECONDS = 900_000;
/** A fail point is passed some times before it strikes. */
const MOST_PASSES = 12;
const STAGES = ['live-campaign-partials', 'live-campaign-windows'] as const;

describe.each(faultSeeds())('campaign windows, with seed %i', (seed) => {
  let folder: string;
  let random: Random;
  let stack: EmbeddedStack;
  let pipeline: Pipeline;
  let stores: CampaignStores;
  let drive: Drive;
  const undo: (() => unknown)[] = [];

  beforeAll(async () => {
    console.log(`campaigns: FAULT_SEED=${seed}`);
    random = createRandom(seed, 1);
    folder = mkdtempSync(join(tmpdir(), 'marketing-streams-campaigns-'));
    undo.push(() => rmSync(folder, { recursive: true, force: true }));
    stack = await startEmbeddedStack({
      localDirectory: join(folder, 'stack'),
      ports: { kafka: 0, registry: 0, redis: 0 },
    });
    undo.push(() => stack.stop('kill'));
    const kafka = testKafkaClient(stack.kafkaBootstrapServers, 'campaigns');
    await prepareTopics(kafka, stack.schemaRegistryUrl);
    pipeline = await startPipeline({
      name: 'campaigns',
      infrastructure: stack,
      directory: folder,
      only: ['bronze', 'gold', 'live'],
    });
    undo.push(() => pipeline.stop('kill'));
    const { deltaDirectory } = pipeline;
    stores = { kafka, registry: createSchemaRegistry({ url: stack.schemaRegistryUrl }), deltaDirectory };
    const producer = kafka.producer();
    undo.push(producer.close);
    drive = startDriving(producer, createAdTraffic({ seed, partitions: PARTITIONS }), RATE);
    undo.push(() => drive.stop().catch(() => undefined));
  }, TEST_MILLISECONDS);

  afterAll(async () => {
    for (const step of undo.reverse()) await step();
  });

  /** Faults strike while windows are being counted, and something is counted after them. */
  const moreEvents = (): Promise<void> => {
    const enough = drive.sent() + 2 * RATE;
    return waitUntil('more events are sent', async () => (drive.sent() >= enough ? null : 'not yet'));
  };

  const agree = async (): Promise<void> => {
    await drive.pause();
    await waitUntil(
      'all ad events have gone all the way',
      campaignsCaughtUp(stores),
      CATCH_UP_MILLISECONDS,
      100,
    );
    const agreed = await agreeWithBronze(stores);
    console.log(`campaigns: ${JSON.stringify(agreed)}`);
    for (const count of Object.values(agreed)) expect(count).toBeGreaterThan(20);
    drive.resume();
  };

  const killAt = (at: (typeof TRANSACTION_FAIL_POINTS)[number]): Fault => {
    const count = integerBetween(random, 1, MOST_PASSES);
    return {
      name: `live dies ${at} (time ${count})`,
      strike: () => pipeline.services.live.killAt({ at, count }),
    };
  };

  const plainKill = (name: 'live' | 'gold'): Fault => ({
    name: `${name} is killed`,
    strike: () => pipeline.services[name].kill(),
  });

  /** What it had counted comes back from its inputs, late events included. */
  const loss = (processor: (typeof STAGES)[number] | 'campaign-performance'): Fault => ({
    name: `${processor} loses its state`,
    strike: () =>
      pipeline.services[processor === 'campaign-performance' ? 'gold' : 'live'].kill(() =>
        rmSync(join(pipeline.stateDirectory, processor), { recursive: true, force: true }),
      ),
  });

  it(
    'are what the bronze table comes to, whatever dies and whenever',
    async () => {
      const kills = TRANSACTION_FAIL_POINTS.map(killAt);
      const losses = [...STAGES.map(loss), loss('campaign-performance')];
      const restarts = brokerRestarts({ stack, proxies: new Map(), random });
      const all = shuffled([plainKill('live'), plainKill('gold'), ...kills, ...losses, ...restarts], random);
      const selection = [plainKill('live'), pick(random, kills), pick(random, losses), restarts.at(-1)!];
      for (const { name, strike } of chosenFaults(all, selection)) {
        await moreEvents();
        const started = performance.now();
        await strike(() => undefined);
        console.log(`${name}: ready after ${((performance.now() - started) / 1000).toFixed(1)} s`);
      }
      await moreEvents();
      await agree();
    },
    TEST_MILLISECONDS,
  );
});
