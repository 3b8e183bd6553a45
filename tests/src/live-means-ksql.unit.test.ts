import { readdirSync, readFileSync } from 'node:fs';
import { type FixtureInput, keyText } from '@marketing-streams/contracts/testing/ksql-fixtures';
import { memoryRegistry } from '@marketing-streams/contracts/testing/memory-registry';
import type { TopicName } from '@marketing-streams/contracts/topics';
import { loadSegments } from '@marketing-streams/platform/segments-file';
import { CHECKED_IN_SEGMENTS, KSQL_FOLDER } from '@marketing-streams/scripts/generate-ksql';
import { parseStatements } from '@marketing-streams/scripts/ksql-check/parse-statement';
import { replayStatements } from '@marketing-streams/scripts/ksql-check/testing/replay';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { campaignPartialsProcessor } from '../../services/live/src/campaigns/partials-processor.ts';
import { campaignWindowsProcessor } from '../../services/live/src/campaigns/windows-processor.ts';
import { liveCustomersProcessor } from '../../services/live/src/customers/processor.ts';
import { replayFixture } from '../../services/live/src/testing/replay-fixture.ts';

/** Beyond the fixtures: whatever is sent, the service and the statements (by what they mean) give the same. */
const PARTITIONS = 6;
const DAY = 86_400_000;
const START = Date.UTC(2026, 10, 21, 8);

const segments = loadSegments(CHECKED_IN_SEGMENTS);
const registry = memoryRegistry();
const processors = [
  await liveCustomersProcessor(registry, { partitions: PARTITIONS, segments }),
  await campaignPartialsProcessor(registry, PARTITIONS),
  await campaignWindowsProcessor(registry, PARTITIONS),
];
const statements = readdirSync(KSQL_FOLDER)
  .filter((file) => file.endsWith('.sql'))
  .sort()
  .flatMap((file) => parseStatements(readFileSync(new URL(file, KSQL_FOLDER), 'utf8')));

/** Topic, key and value of a record; its time follows from its place. */
type Sent = Pick<FixtureInput, 'topic' | 'key' | 'value' | 'partition'>;

const customer = fc.constantFrom('c-1', 'ж"2');
const time = fc.integer({ min: START - 2, max: START + 2 });
const text = fc.constantFrom(null, '', 'Ada', 'Grace');
const flag = fc.constantFrom(null, true, false);

const patch = fc
  .record({
    customer_id: customer,
    email: text,
    first_name: text,
    is_active: flag,
    source: fc.constantFrom('webapp', 'webapp', 'lifecycle'),
    updated_at: time,
  })
  .map((value): Sent => ({ topic: 'dom.customer.profile.upsert.v1', key: value.customer_id, value }));

const order = fc
  .record({
    order_id: fc.constantFrom('o-1', 'o-2', 'o-3', 'o-4', 'o-5'),
    customer_id: customer,
    status: fc.constantFrom('PLACED', 'PLACED', 'PLACED', 'CANCELLED', 'REFUNDED'),
    total_amount: fc
      .oneof(fc.integer({ min: 1, max: 600_000 }), fc.constant(250_000))
      .map((cents) => cents / 100),
    placed_at: time,
  })
  .map(
    (value): Sent => ({
      topic: 'dom.order.placed.v1',
      key: value.customer_id,
      value: { ...value, currency: 'USD', items: [] },
    }),
  );

const delivery = fc
  .record({
    activation_id: fc.constantFrom('a-1', 'a-2', 'a-3', 'a-4', 'a-5'),
    customer_id: customer,
    status: fc.constantFrom('DELIVERED', 'FAILED'),
    occurred_at: time,
  })
  .map(
    (value): Sent => ({
      topic: 'dom.activation.delivery.status.v1',
      key: value.customer_id,
      value: { ...value, channel: 'EMAIL' },
    }),
  );

const minutes = fc.integer({ min: START - 120_000, max: START + 60_000 });

const adEvent = (
  ts: fc.Arbitrary<number>,
  campaign: fc.Arbitrary<string>,
  partition: fc.Arbitrary<number>,
): fc.Arbitrary<Sent> =>
  fc
    .record({
      partition,
      value: fc.record({
        ts,
        user_id: fc.constantFrom('u-1', 'u-2', ' '),
        campaign_id: campaign,
        channel: campaign,
        event: fc.constantFrom('impression', 'click', 'conversion', 'view'),
        cost: fc.constantFrom(0, 0.01, 1.1, 12.34, 0.555, -1),
      }),
    })
    .map((sent) => ({ topic: 'logs', key: null, ...sent }));

/** One partition of `logs`, and one campaign and channel: there both have the same clock for what is late. */
const lateEvent = adEvent(
  fc.oneof(
    { weight: 4, arbitrary: minutes },
    { weight: 4, arbitrary: fc.integer({ min: START - DAY - 180_000, max: START - DAY + 180_000 }) },
    { weight: 1, arbitrary: fc.integer({ min: START - 2 * DAY, max: START + 4_000_000 }) },
  ),
  fc.constant('google_ads'),
  fc.constant(2),
);
const spreadEvent = adEvent(minutes, fc.constantFrom('a', 'b', 'a_b', '"', 'ж'), fc.nat(PARTITIONS - 1));

const sameOf = async (sent: readonly Sent[], topics: readonly TopicName[]): Promise<void> => {
  const inputs = sent.map((record, index): FixtureInput => ({ ...record, timestamp: START + index * 1_000 }));
  const outputs = topics.map((topic) => ({ topic, key: '', value: {} }));
  const live = await replayFixture({ name: '', description: '', inputs, outputs }, processors, registry);
  const replay = replayStatements(statements);
  for (const input of inputs) replay.send(input);
  const inSql = topics.flatMap((topic) =>
    [...(replay.written.get(topic) ?? [])].map(([key, value]) => [`${topic} ${keyText(key)}`, value]),
  );
  expect(Object.fromEntries(live)).toEqual(Object.fromEntries(inSql));
};

describe('the service live and the statements of ksql/', () => {
  it('give the same customers and segments', async () => {
    const records = fc.array(fc.oneof(patch, order, delivery), { minLength: 1, maxLength: 40, size: 'max' });
    await fc.assert(
      fc.asyncProperty(records, (sent) =>
        sameOf(sent, ['dom.customer.consolidated.v1', 'dom.segment.materialized.v1']),
      ),
      { numRuns: 40 },
    );
  });

  it.each([
    ['spread over partitions', spreadEvent],
    ['late and too late ones', lateEvent],
  ])('give the same campaign windows, invalid events among them: %s', async (_, event) => {
    const records = fc.array(event, { minLength: 1, maxLength: 40, size: 'max' });
    await fc.assert(
      fc.asyncProperty(records, (sent) => sameOf(sent, ['results'])),
      { numRuns: 30 },
    );
  });
});
