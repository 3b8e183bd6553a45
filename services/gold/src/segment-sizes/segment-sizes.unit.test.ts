import { createAvroCodec } from '@marketing-streams/contracts/avro-codec';
import type { GoldSegmentSize } from '@marketing-streams/contracts/generated/gold-segment-size';
import type { SegmentMaterialized } from '@marketing-streams/contracts/generated/segment-materialized';
import { memoryRegistry } from '@marketing-streams/contracts/testing/memory-registry';
import { createRandom, integerBetween } from '@marketing-streams/domain/simulation/random';
import type { Output } from '@marketing-streams/stream/step';
import { memoryState } from '@marketing-streams/stream/testing/memory-state';
import { publishedValue, runPipeline, testRecord } from '@marketing-streams/stream/testing/run-pipeline';
import { beforeEach, describe, expect, it } from 'vitest';
import { segmentSizesProcessor } from './processor.ts';

const MINUTE = 60_000;
const NOON = Date.UTC(2026, 0, 1, 12);
const INPUT = 'dom.segment.materialized.v1';

const registry = memoryRegistry();
const definition = await segmentSizesProcessor(registry);
const evaluations = await createAvroCodec<SegmentMaterialized>({ registry, topic: INPUT });
const sizes = await createAvroCodec<GoldSegmentSize>({ registry, topic: 'gold.segment_sizes.v1' });

let state = memoryState(definition.state);
/** Newest value of each key on both topics. */
let rows = new Map<string, Buffer>();
let newest = new Map<string, Buffer | null>();
beforeEach(() => {
  state = memoryState(definition.state);
  rows = new Map();
  newest = new Map();
});

const publish = (outputs: readonly Output[]): GoldSegmentSize[] =>
  outputs.map((output) => {
    const value = Buffer.from(publishedValue(output)!);
    rows.set(output.key, value);
    return sizes.decode(value);
  });

const evaluationOf = (customer_id: string, segments: readonly string[] | null): Buffer | null =>
  segments === null ? null : Buffer.from(evaluations.encode({ customer_id, segments, evaluated_at: NOON }));

const feed = (customerId: string, segments: readonly string[] | null, time = NOON): GoldSegmentSize[] => {
  const value = evaluationOf(customerId, segments);
  newest.set(customerId, value);
  const record = testRecord({ topic: INPUT, key: customerId, value, timestamp: time });
  const result = runPipeline(definition.pipelines[0]!, record, state);
  return result.kind === 'ok' ? publish(result.outputs) : [];
};

const tick = (now: number): GoldSegmentSize[] =>
  publish(definition.timers![0]!.run({ state, now, partitions: [] }));

const rebuild = (): void => {
  state = memoryState(definition.state);
  const [own, input] = definition.rebuild!.sources;
  for (const value of rows.values()) own!.load(testRecord({ value }), state);
  for (const [key, value] of newest) input!.load(testRecord({ key, value }), state);
};

const size = (segment: string, minute: number, members: number, entered: number, left: number) => ({
  segment,
  minute: NOON + minute * MINUTE,
  members,
  entered,
  left,
});

describe('segment sizes', () => {
  it('count who enters and leaves by the minute', () => {
    expect(feed('a', ['engaged', 'loyal'])).toEqual([size('engaged', 0, 1, 1, 0), size('loyal', 0, 1, 1, 0)]);
    expect(feed('b', ['loyal'], NOON + MINUTE - 1)).toEqual([size('loyal', 0, 2, 2, 0)]);
    expect(feed('a', ['engaged'], NOON + MINUTE)).toEqual([size('loyal', 1, 1, 0, 1)]);
    expect(feed('b', [], NOON + 5 * MINUTE)).toEqual([size('loyal', 5, 0, 0, 1)]);
  });

  it('say nothing of an evaluation that changes nothing', () => {
    feed('a', ['engaged', 'loyal']);
    expect(feed('a', ['loyal', 'engaged'], NOON + MINUTE)).toEqual([]);
    expect(feed('z', [])).toEqual([]);
  });

  it('take a customer out who is no more', () => {
    feed('a', ['loyal']);
    expect(feed('a', null, NOON + MINUTE)).toEqual([size('loyal', 1, 0, 0, 1)]);
  });

  it('count what was overtaken in the newest minute', () => {
    feed('a', ['loyal'], NOON + 3 * MINUTE);
    expect(feed('b', ['loyal'], NOON)).toEqual([size('loyal', 3, 2, 2, 0)]);
  });

  it('are one row a key', () => {
    feed('a', ['loyal']);
    expect([...rows.keys()]).toEqual([`{"segment":"loyal","minute":${NOON}}`]);
  });

  it.each([1, 2])('come back from the newest records as they were (seed %i)', (seed) => {
    const random = createRandom(seed);
    for (let record = 0; record < 300; record++) {
      const names = ['engaged', 'loyal', 'mine'].filter(() => integerBetween(random, 0, 1) === 0);
      feed(`c${integerBetween(random, 0, 20)}`, names, NOON + record * 7_000);
    }
    const before = [...state.range('')];
    rebuild();
    expect([...state.range('')]).toEqual(before);
    expect(tick(NOON + 999 * MINUTE)).toEqual([]);
  });

  it('tell in sum, after a rebuild, what was not counted before it', () => {
    feed('a', ['loyal']);
    feed('b', ['loyal']);
    newest.set('a', evaluationOf('a', []));
    newest.set('c', evaluationOf('c', ['engaged']));
    rebuild();
    expect(tick(NOON + 2 * MINUTE)).toEqual([size('engaged', 2, 1, 1, 0), size('loyal', 2, 1, 0, 1)]);
    expect(tick(NOON + 3 * MINUTE)).toEqual([]);
    newest.set('b', evaluationOf('b', []));
    rebuild();
    expect(feed('d', ['loyal'], NOON + 4 * MINUTE)).toEqual([size('loyal', 4, 1, 1, 1)]);
  });
});
