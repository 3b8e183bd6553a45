import { partitionOf } from '@marketing-streams/contracts/partitioner';
import { SHIPPED_SEGMENTS } from '@marketing-streams/domain/rules/segments';
import { testRecord } from '@marketing-streams/stream/testing/run-pipeline';
import { beforeEach, describe, expect, it } from 'vitest';
import { delivery, order, PARTITIONS, patch, startLive } from './testing/live-bench.ts';

const at = (minute: number): number => Date.UTC(2026, 0, 2, 0, minute);

let live = await startLive();
beforeEach(async () => {
  live = await startLive();
});

const consolidated = () => live.consolidated.get('c1');
const segments = () => live.materialized.get('c1');

describe('the live aggregation of a customer', () => {
  it('begins with any of the three topics', () => {
    live.feed(delivery({ status: 'FAILED' }), { offset: 0, timestamp: at(1) });
    expect(consolidated()).toEqual({
      customer_id: 'c1',
      email: null,
      first_name: null,
      last_name: null,
      phone: null,
      is_active: false,
      lifecycle_stage: 'prospect',
      order_count: 0,
      lifetime_value: 0,
      delivered: 0,
      failed: 1,
      engagement_rate: 0,
    });
    expect(segments()).toEqual({ customer_id: 'c1', segments: [], evaluated_at: at(1) });
  });

  it('takes what was said last of each field, wherever it places itself in time', () => {
    live.feed(patch({ email: 'new@example.com', first_name: 'Ada', updated_at: at(9) }), {
      offset: 0,
      timestamp: at(1),
    });
    live.feed(patch({ email: 'old@example.com', updated_at: at(3) }), { offset: 1, timestamp: at(0) });
    expect(consolidated()).toMatchObject({ email: 'old@example.com', first_name: 'Ada' });
  });

  it('counts a repeated order once, with the amount last said', () => {
    live.feed(order(), { offset: 0, timestamp: at(0) });
    live.feed(order({ total_amount: 2_550 }), { offset: 1, timestamp: at(1) });
    live.feed(order({ total_amount: 2_550 }), { offset: 2, timestamp: at(2) });
    expect(consolidated()).toMatchObject({ order_count: 1, lifetime_value: 2_550, is_active: true });
    expect(segments()?.segments).toEqual(['first-time-buyers']);
  });

  it('does not bring a cancelled order back', () => {
    live.feed(order(), { offset: 0, timestamp: at(0) });
    live.feed(order({ status: 'REFUNDED' }), { offset: 1, timestamp: at(1) });
    live.feed(order({ status: 'CANCELLED' }), { offset: 2, timestamp: at(2) });
    live.feed(order(), { offset: 3, timestamp: at(3) });
    expect(consolidated()).toMatchObject({ order_count: 0, lifetime_value: 0, is_active: true });
  });

  it('takes the last word on a delivery', () => {
    live.feed(delivery(), { offset: 0, timestamp: at(0) });
    live.feed(delivery({ status: 'FAILED' }), { offset: 1, timestamp: at(1) });
    live.feed(delivery({ activation_id: 'a2' }), { offset: 2, timestamp: at(2) });
    expect(consolidated()).toMatchObject({ delivered: 1, failed: 1, engagement_rate: 0.5 });
  });

  it.each([
    ['an order placed as late as the setting', at(5), true],
    ['an order placed before it', at(4), false],
  ])('is active after %s', (_, placed_at, expected) => {
    live.feed(patch({ is_active: false, updated_at: at(5) }), { offset: 0, timestamp: at(0) });
    live.feed(order({ placed_at }), { offset: 0, timestamp: at(1) });
    expect(consolidated()?.is_active).toBe(expected);
  });

  it('leaves out what gold reports', () => {
    const report = patch({ source: 'lifecycle', is_active: true, lifecycle_stage: 'engaged' });
    expect(live.feed(report, { offset: 0, timestamp: at(0) })).toMatchObject({ reason: 'lifecycle' });
    expect(live.consolidated.size).toBe(0);
  });

  it.each([
    ['a tombstone', null, 'tombstone'],
    ['no Avro', Buffer.from('no avro'), 'undecodable'],
  ])('leaves out %s without a dead letter, for silver makes it one', (_, value, reason) => {
    const record = testRecord({ topic: 'dom.order.placed.v1', key: 'c1', value });
    expect(live.run(record)).toMatchObject({ kind: 'drop', reason });
  });

  it('counts what silver refuses for its values, as ksqlDB does', () => {
    live.feed(order({ total_amount: -5, currency: 'EUR' }), { offset: 0, timestamp: at(0) });
    expect(consolidated()).toMatchObject({ order_count: 1, lifetime_value: -5 });
  });
});

describe('what is published', () => {
  const topicsOf = (result: ReturnType<typeof live.feed>): readonly string[] =>
    result.kind === 'ok' ? result.outputs.map(({ topic }) => topic) : [];

  it('is nothing for a repeat of no later time, and only the new time for a later one', () => {
    live.feed(order(), { offset: 0, timestamp: at(1) });
    expect(topicsOf(live.feed(order(), { offset: 1, timestamp: at(1) }))).toEqual([]);
    expect(topicsOf(live.feed(order(), { offset: 2, timestamp: at(2) }))).toEqual([
      'dom.segment.materialized.v1',
    ]);
    expect(segments()?.evaluated_at).toBe(at(2));
  });

  it('says that somebody left the last segment', () => {
    live.feed(order(), { offset: 0, timestamp: at(0) });
    live.feed(delivery(), { offset: 0, timestamp: at(1) });
    live.feed(order({ status: 'CANCELLED' }), { offset: 1, timestamp: at(2) });
    expect(segments()).toMatchObject({ segments: [], evaluated_at: at(2) });
  });
});

describe('a record on another partition than its customer’s', () => {
  const elsewhere = (partitionOf('c1', PARTITIONS) + 1) % PARTITIONS;

  it('comes home, with the time of its first place', () => {
    live.feed(order(), { offset: 7, timestamp: at(3), partition: elsewhere });
    expect(live.consolidated.size).toBe(0);
    live.runForwarded();
    expect(consolidated()).toMatchObject({ order_count: 1 });
    expect(segments()?.evaluated_at).toBe(at(3));
  });

  it('does not overrule what was said later at home, however late it comes', () => {
    live.feed(patch({ email: 'first@example.com' }), { offset: 0, timestamp: at(1), partition: elsewhere });
    live.feed(patch({ email: 'second@example.com' }), { offset: 0, timestamp: at(2) });
    live.runForwarded();
    expect(consolidated()?.email).toBe('second@example.com');
  });

  it('overrules what was said earlier at home', () => {
    live.feed(patch({ email: 'first@example.com' }), { offset: 0, timestamp: at(1) });
    live.feed(patch({ email: 'second@example.com' }), { offset: 0, timestamp: at(2), partition: elsewhere });
    live.runForwarded();
    expect(consolidated()?.email).toBe('second@example.com');
  });
});

describe('other rules of segments', () => {
  const renamed = SHIPPED_SEGMENTS.map((segment) =>
    segment.name === 'first-time-buyers' ? { ...segment, name: 'buyers' } : segment,
  );

  it('are evaluated for every customer, once, on the state as it is', async () => {
    live.feed(order(), { offset: 0, timestamp: at(1) });
    live.feed(order({ customer_id: 'c2' }), { offset: 0, timestamp: at(2) });
    expect(live.tick()).toEqual([]);
    live = await startLive(renamed, live.state);
    // First the change is noted.
    expect(live.tick()).toEqual([]);
    expect(live.tick()).toEqual(['dom.segment.materialized.v1', 'dom.segment.materialized.v1']);
    expect(segments()).toEqual({ customer_id: 'c1', segments: ['buyers'], evaluated_at: at(1) });
    expect(live.tick()).toEqual([]);
  });
});
