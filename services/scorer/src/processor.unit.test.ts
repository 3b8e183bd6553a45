import { createAvroCodec } from '@marketing-streams/contracts/avro-codec';
import type { GoldCustomer360 } from '@marketing-streams/contracts/generated/gold-customer-360';
import type { PropensityScore } from '@marketing-streams/contracts/generated/propensity-score';
import { createJsonCodec } from '@marketing-streams/contracts/json-codec';
import { memoryRegistry } from '@marketing-streams/contracts/testing/memory-registry';
import type { PipelineResult } from '@marketing-streams/stream/pipeline';
import { memoryState } from '@marketing-streams/stream/testing/memory-state';
import { publishedValue, runPipeline, testRecord } from '@marketing-streams/stream/testing/run-pipeline';
import { beforeEach, describe, expect, it } from 'vitest';
import { scorerProcessor } from './processor.ts';

const DAY = 86_400_000;
const now = Date.UTC(2026, 5, 1);
const customer360 = await createAvroCodec<GoldCustomer360>({
  registry: memoryRegistry(),
  topic: 'gold.customer_360.v1',
});
const scores = createJsonCodec<PropensityScore>('dom.propensity.score.v1');
const definition = scorerProcessor({ customer360, scores, partitions: 6, rescoreAfterMilliseconds: DAY });
const pipeline = definition.pipelines[0]!;
const rescore = definition.timers![0]!;

const row = (changes: Partial<GoldCustomer360> = {}): GoldCustomer360 => ({
  customer_id: 'c1',
  email: null,
  first_name: 'Ada',
  last_name: null,
  phone: null,
  is_active: true,
  lifecycle_stage: 'engaged',
  lifecycle_reason: '2 orders',
  order_count: 2,
  lifetime_value: 20_000,
  average_order_value: 10_000,
  first_order_at: now - 40 * DAY,
  last_order_at: now - 2 * DAY,
  delivered: 3,
  failed: 1,
  engagement_rate: 0.75,
  by_channel: { EMAIL: { delivered: 3, failed: 1 } },
  created_at: now - 50 * DAY,
  as_of: now,
  source_offsets: [],
  rule_version: 'r',
  ...changes,
});

let state = memoryState(definition.state);
beforeEach(() => {
  state = memoryState(definition.state);
});

const feed = (value: GoldCustomer360 | null, timestamp = now): PipelineResult =>
  runPipeline(
    pipeline,
    testRecord({ key: 'c1', value: value === null ? null : customer360.encode(value), timestamp }),
    state,
  );

const scoreOf = (result: PipelineResult): PropensityScore => {
  if (result.kind !== 'ok') throw new Error(`expected a score, got ${JSON.stringify(result)}`);
  return scores.decode(publishedValue(result.outputs[0]!)!);
};

describe('scorer', () => {
  it('scores a customer as of the record’s time, with factors', () => {
    const score = scoreOf(feed(row()));
    expect(score.score).toBeGreaterThan(0);
    expect(score.score).toBeLessThan(1);
    expect(score.scored_at).toBe(now);
    expect(score.factors.length).toBeGreaterThan(2);
  });

  it('scores a loyal recent customer above one who left long ago', () => {
    const recent = scoreOf(feed(row({ order_count: 8 }))).score;
    const gone = scoreOf(
      feed(row({ order_count: 8, last_order_at: now - 400 * DAY, created_at: now - 500 * DAY })),
    ).score;
    expect(recent).toBeGreaterThan(gone);
  });

  it('publishes nothing when the score says the same', () => {
    feed(row());
    expect(feed(row({ email: 'ada@example.com' }))).toMatchObject({ kind: 'drop', reason: 'unchanged' });
  });

  it('forgets an erased customer and says so', () => {
    feed(row());
    const result = feed(null);
    expect(result.kind === 'ok' && result.outputs[0]).toMatchObject({ key: 'c1', value: null });
    expect([...state.range('')]).toEqual([]);
  });

  it('scores again what has grown old, and only that', () => {
    const before = scoreOf(feed(row()));
    const context = (at: number) => ({ state, now: at, partitions: [0] });
    expect(rescore.run(context(now + DAY - 1))).toEqual([]);
    const [output] = rescore.run(context(now + 30 * DAY));
    const after = scores.decode(publishedValue(output!)!);
    expect(after.scored_at).toBe(now + 30 * DAY);
    expect(after.score).not.toBe(before.score);
    expect(rescore.run(context(now + 30 * DAY + 1))).toEqual([]);
  });
});
