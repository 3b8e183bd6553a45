import type { CustomerGold } from '@marketing-streams/contracts/generated/customer-gold';
import { partitionOf } from '@marketing-streams/contracts/partitioner';
import { memoryRegistry } from '@marketing-streams/contracts/testing/memory-registry';
import type { PipelineResult } from '@marketing-streams/stream/pipeline';
import type { StateView } from '@marketing-streams/stream/state/state-view';
import { memoryState } from '@marketing-streams/stream/testing/memory-state';
import { publishedValue, runPipeline, testRecord } from '@marketing-streams/stream/testing/run-pipeline';
import { beforeEach, describe, expect, it } from 'vitest';
import { createPublisherCodecs } from './codecs.ts';
import { publisherProcessor } from './processor.ts';
import { exampleRow } from './testing/example-row.ts';

const PARTITIONS = 6;
const codecs = await createPublisherCodecs(memoryRegistry());
const definition = publisherProcessor(codecs, PARTITIONS);
const partition = partitionOf('c1', PARTITIONS);

const score = {
  customer_id: 'c1',
  score: 0.42,
  model_version: 'm1',
  factors: [],
  scored_at: Date.UTC(2026, 0, 2),
};

let state = memoryState(definition.state);
beforeEach(() => {
  state = memoryState(definition.state);
});

const feed = (topic: string, value: Buffer | null): PipelineResult => {
  const pipeline = definition.pipelines.find((one) => one.topic === topic);
  if (pipeline === undefined) throw new Error(`nothing reads ${topic}`);
  return runPipeline(pipeline, testRecord({ topic, partition, key: 'c1', value }), state);
};

const goldOf = (result: PipelineResult): CustomerGold | null => {
  if (result.kind !== 'ok') throw new Error(`expected a record, got ${JSON.stringify(result)}`);
  const [output] = result.outputs;
  const value = output === undefined ? null : publishedValue(output);
  return value === null ? null : codecs.gold.decode(value);
};

const feed360 = () => feed('gold.customer_360.v1', codecs.customer360.encode(exampleRow));
const segmentsValue = (segments: readonly string[], evaluated_at: number): Buffer =>
  Buffer.from(codecs.segments.encode({ customer_id: 'c1', segments, evaluated_at }));
const feedSegments = (segments: readonly string[], evaluatedAt: number) =>
  feed('dom.segment.materialized.v1', segmentsValue(segments, evaluatedAt));
const feedScore = () => feed('dom.propensity.score.v1', codecs.propensity.encode(score));

describe('gold publisher', () => {
  it('publishes a customer with the next version at every change', () => {
    expect(goldOf(feed360())).toMatchObject({
      customer_id: 'c1',
      lifetime_value: 12050,
      propensity: null,
      version: 1,
    });
    expect(goldOf(feedScore())).toMatchObject({
      propensity: { score: 0.42, model_version: 'm1' },
      version: 2,
    });
    expect(goldOf(feedSegments(['vip', 'lapsing'], 3))).toMatchObject({
      segments: ['lapsing', 'vip'],
      segment_since: { lapsing: 3, vip: 3 },
      version: 3,
    });
  });

  it('says since when a customer is in each segment, and nothing of an evaluation that changes none', () => {
    feed360();
    feedSegments(['vip'], 3);
    expect(feedSegments(['vip'], 5)).toMatchObject({ kind: 'drop', reason: 'repeat' });
    expect(goldOf(feedSegments(['lapsing', 'vip'], 7))).toMatchObject({
      segment_since: { lapsing: 7, vip: 3 },
      version: 3,
    });
    expect(goldOf(feedSegments([], 8))).toMatchObject({ segments: [], segment_since: {}, version: 4 });
    expect(goldOf(feedSegments(['vip'], 9))).toMatchObject({ segment_since: { vip: 9 } });
  });

  it('keeps a score that comes before its customer', () => {
    expect(goldOf(feedScore())).toBeNull();
    expect(goldOf(feed360())).toMatchObject({ propensity: { score: 0.42 }, version: 1 });
  });

  it('retracts an erased customer and still never lowers its version', () => {
    feed360();
    const result = feed('gold.customer_360.v1', null);
    expect(result.kind === 'ok' && result.outputs).toMatchObject([{ key: 'c1', value: null }]);
    expect(goldOf(feed360())?.version).toBe(2);
  });
});

describe('a lost store', () => {
  const rebuild = (topic: string, value: Buffer | null, into: StateView): void =>
    definition
      .rebuild!.sources.find((source) => source.topic === topic)!
      .load(testRecord({ topic, partition, key: 'c1', value }), into);

  it('gives a difference a version above what was published, and sees an unchanged record as the same', () => {
    const published = publishedValue((feed360() as Extract<PipelineResult, { kind: 'ok' }>).outputs[0]!)!;
    const rebuilt = memoryState(definition.state);
    rebuild('dom.customer.gold.v1', published, rebuilt);
    rebuild('gold.customer_360.v1', codecs.customer360.encode(exampleRow), rebuilt);
    const comparison = definition.rebuild!.comparisons[0]!;
    const [output, ...others] = comparison.rows({ state: rebuilt, now: 0, partitions: [partition] });
    expect(others).toEqual([]);
    const value = publishedValue(output!)!;
    expect(output).toMatchObject({ key: 'c1', partition });
    expect(codecs.gold.decode(value).version).toBe(2);
    expect(comparison.same(published, value)).toBe(true);
    const changed = codecs.gold.encode({ ...codecs.gold.decode(value), order_count: 2 });
    expect(comparison.same(published, changed)).toBe(false);
  });

  it('still knows since when a customer is in its segments, of which the newest evaluation says nothing', () => {
    feed360();
    const first = feedSegments(['vip'], 3) as Extract<PipelineResult, { kind: 'ok' }>;
    const rebuilt = memoryState(definition.state);
    rebuild('dom.customer.gold.v1', publishedValue(first.outputs[0]!)!, rebuilt);
    rebuild('gold.customer_360.v1', codecs.customer360.encode(exampleRow), rebuilt);
    rebuild('dom.segment.materialized.v1', segmentsValue(['lapsing', 'vip'], 8), rebuilt);
    const [output] = definition.rebuild!.comparisons[0]!.rows({
      state: rebuilt,
      now: 0,
      partitions: [partition],
    });
    expect(codecs.gold.decode(publishedValue(output!)!).segment_since).toEqual({ lapsing: 8, vip: 3 });
  });

  it.each([Number.MAX_SAFE_INTEGER, 2 ** 60])(
    'blames a record whose version (%d) nothing can follow',
    (version) => {
      const record = codecs.gold.decode(
        publishedValue((feed360() as Extract<PipelineResult, { kind: 'ok' }>).outputs[0]!)!,
      );
      const foreign = Buffer.from(JSON.stringify({ ...record, version }));
      const rebuilt = memoryState(definition.state);
      expect(() => rebuild('dom.customer.gold.v1', foreign, rebuilt)).toThrow(
        expect.objectContaining({ code: 'VALUE_INVALID' }),
      );
    },
  );
});
