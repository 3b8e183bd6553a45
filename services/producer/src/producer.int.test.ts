import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { createAvroCodec } from '@marketing-streams/contracts/avro-codec';
import type { AdEvent } from '@marketing-streams/contracts/generated/ad-event';
import { AD_EVENT_KIND_VALUES } from '@marketing-streams/contracts/generated/ad-event-kind';
import { createJsonCodec } from '@marketing-streams/contracts/json-codec';
import { createSchemaRegistry } from '@marketing-streams/contracts/schema-registry';
import { INPUT_TOPICS } from '@marketing-streams/contracts/topics';
import { LIFECYCLE_SOURCE } from '@marketing-streams/domain/lifecycle-feedback';
import { createLogger } from '@marketing-streams/platform/logging';
import { createKafkaClient } from '@marketing-streams/stream/kafka/client';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { prepareTopics } from '../../../tests/src/harness/prepare-topics.ts';
import {
  killProducers,
  type ProducerProcess,
  startProducer,
} from '../../../tests/src/harness/producer-process.ts';
import { readTopic } from '../../../tests/src/harness/read-topic.ts';
import { fakerContent } from './content.ts';
import { companyTraffic } from './traffic.ts';

const SEED = Math.floor(Math.random() * 2 ** 31);
const CUSTOMERS = 20;
const WITHIN = { timeout: 30_000, interval: 100 };

type Happened = { readonly customer_id: string; readonly [field: string]: unknown };

const { decode: decodeAd } = createJsonCodec<AdEvent>('logs');

const kafka = () =>
  createKafkaClient({
    bootstrapServers: process.env['KAFKA_BOOTSTRAP_SERVERS']!,
    clientId: 'producer-test',
    logger: createLogger('producer-test'),
  });

const start = (settings: Readonly<Record<string, string>> = {}): Promise<ProducerProcess> =>
  startProducer({
    SEED: `${SEED}`,
    CUSTOMERS: `${CUSTOMERS}`,
    RATE: '100',
    AD_RATE: '100',
    ...settings,
  });

/**
 * All customer events of the input topics, per customer and topic in their order. What gold reports back about stages is
 * left out: it is not the producer's.
 */
const readEvents = async (): Promise<ReadonlyMap<string, readonly Happened[]>> => {
  const registry = createSchemaRegistry({ url: process.env['SCHEMA_REGISTRY_URL']! });
  const events = new Map<string, Happened[]>();
  for (const topic of INPUT_TOPICS) {
    const codec = await createAvroCodec<Happened>({ registry, topic });
    const records = (await readTopic(kafka(), topic)).filter(({ value }) => value !== null && value[0] === 0);
    await codec.prepare(records);
    for (const { key, value } of records) {
      const place = `${topic} ${key?.toString('utf8')}`;
      const list = events.get(place) ?? [];
      const event = codec.decode(value!);
      if (event['source'] === LIFECYCLE_SOURCE) continue;
      list.push(event);
      events.set(place, list);
    }
  }
  return events;
};

const pastUpTo = (time: number): readonly string[] =>
  companyTraffic({ seed: SEED, customers: CUSTOMERS }, fakerContent(SEED))
    .pastUpTo(time)
    .map(({ event }) => JSON.stringify(event));

const textsOf = (events: ReadonlyMap<string, readonly Happened[]>): readonly string[] =>
  [...events.values()].flat().map((event) => JSON.stringify(event));

const timeOf = (event: Happened): number => Number(event['updated_at'] ?? event['occurred_at']);

beforeAll(async () => {
  await prepareTopics(kafka(), process.env['SCHEMA_REGISTRY_URL']!);
});
afterEach(killProducers);

describe('the producer', () => {
  it('tells its past once and goes on live, and so it does when it is started again', async () => {
    const past = pastUpTo(Date.now());
    const customers = new Set(past.map((text) => (JSON.parse(text) as Happened).customer_id));
    const ours = async () => {
      const events = await readEvents();
      return new Map([...events].filter(([place]) => customers.has(place.split(' ')[1]!)));
    };

    const first = await start();
    const afterFirst = await vi.waitFor(async () => {
      const events = await ours();
      const texts = new Set(textsOf(events));
      expect(past.filter((text) => !texts.has(text)).length).toBe(0);
      // Something has happened live since.
      expect(texts.size).toBeGreaterThan(past.length + 20);
      return events;
    }, WITHIN);
    for (const events of afterFirst.values()) {
      const times = events.map(timeOf);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
    }
    const ready = await fetch(`${first.url}/readyz`);
    expect(ready.status).toBe(200);
    const metrics = await (await fetch(`${first.url}/metrics`)).text();
    expect(metrics).toMatch(/producer_events_total\{kind="order",service="producer"\} [1-9]/);
    expect(await first.stop()).toBe(0);

    const before = textsOf(await ours());
    const second = await start();
    await vi.waitFor(async () => {
      const again = textsOf(await ours());
      expect(again.length).toBeGreaterThan(before.length + 20);
      const times = Map.groupBy(again, (text) => text);
      expect(past.filter((text) => times.get(text)?.length !== 1).length).toBe(0);
    }, WITHIN);
    expect(await second.stop()).toBe(0);
    const signUps = textsOf(await ours()).filter((text) => text.includes('"source":"signup"'));
    expect(new Set(signUps).size).toBe(customers.size);
  });

  it('lets advertisements be seen, clicked and lead to conversions', async () => {
    const producer = await start();
    await vi.waitFor(async () => {
      const metrics = await (await fetch(`${producer.url}/metrics`)).text();
      for (const kind of AD_EVENT_KIND_VALUES) {
        expect(metrics).toMatch(new RegExp(`producer_events_total.kind="${kind}",service="producer". [1-9]`));
      }
    }, WITHIN);
    for (const { key, value, timestamp } of await readTopic(kafka(), 'logs')) {
      const { ts, user_id } = decodeAd(value!);
      expect([key?.toString('utf8'), timestamp]).toEqual([user_id, ts]);
    }
    expect(await producer.stop()).toBe(0);
  });

  it('says what it waits for while Kafka is away, and still stops when asked to', async () => {
    const nobody = createServer();
    await new Promise<void>((resolve) => nobody.listen(0, '127.0.0.1', resolve));
    const { port } = nobody.address() as AddressInfo;
    await new Promise((resolve) => nobody.close(resolve));
    const producer = await start({ KAFKA_BOOTSTRAP_SERVERS: `127.0.0.1:${port}` });
    await vi.waitFor(async () => {
      const response = await fetch(`${producer.url}/readyz`);
      expect(response.status).toBe(503);
      const { checks } = (await response.json()) as { readonly checks: Record<string, string> };
      expect(checks['start']).toBe('ok');
      expect(checks['outage']).not.toBe('ok');
    }, WITHIN);
    expect(producer.isRunning()).toBe(true);
    expect(await producer.stop()).toBe(0);
  });
});
