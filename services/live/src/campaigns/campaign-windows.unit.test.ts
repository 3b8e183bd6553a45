import { partitionOfSeries } from '@marketing-streams/contracts/campaign-series';
import type { CampaignResult } from '@marketing-streams/contracts/generated/campaign-result';
import type { LateEvents } from '@marketing-streams/contracts/generated/late-events';
import { createJsonCodec } from '@marketing-streams/contracts/json-codec';
import { memoryRegistry } from '@marketing-streams/contracts/testing/memory-registry';
import { createRandom, integerBetween, pick } from '@marketing-streams/domain/simulation/random';
import type { PipelineResult } from '@marketing-streams/stream/pipeline';
import type { ProcessorDefinition } from '@marketing-streams/stream/processor';
import { memoryState } from '@marketing-streams/stream/testing/memory-state';
import { publishedValue, runPipeline, testRecord } from '@marketing-streams/stream/testing/run-pipeline';
import { beforeEach, describe, expect, it } from 'vitest';
import { campaignPartialsProcessor } from './partials-processor.ts';
import { campaignWindowsProcessor } from './windows-processor.ts';

const PARTITIONS = 3;
const MINUTE = 60_000;
const DAY = 86_400_000;
const now = Date.UTC(2026, 5, 1, 12);

const registry = memoryRegistry();
const first = await campaignPartialsProcessor(registry, PARTITIONS);
const second = await campaignWindowsProcessor(registry, PARTITIONS);
const results = createJsonCodec<CampaignResult>('results');
const lateEvents = createJsonCodec<LateEvents>('ops.late_events.v1');

let firstState = memoryState(first.state);
let secondState = memoryState(second.state);
beforeEach(() => {
  firstState = memoryState(first.state);
  secondState = memoryState(second.state);
});

/** An event as it lies on `logs`: amounts in units. */
const event = (changes: object = {}) => ({
  ts: now,
  user_id: 'u-1',
  campaign_id: 'spring_sale',
  channel: 'email',
  event: 'click',
  cost: 1.1,
  ...changes,
});
type WireEvent = ReturnType<typeof event>;

const count = (value: object | string, partition = 0, timestamp = now): PipelineResult => {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const record = testRecord({ topic: 'logs', partition, timestamp, value: Buffer.from(text) });
  return runPipeline(first.pipelines[0]!, record, firstState);
};

type Published = {
  readonly topic: string;
  readonly key: string;
  readonly partition?: number;
  readonly value: Buffer;
};

const outputsOf = (result: PipelineResult): readonly Published[] => {
  if (result.kind !== 'ok') throw new Error(JSON.stringify(result));
  return result.outputs.map((output) => ({ ...output, value: publishedValue(output)! }));
};

const join = async ({ key, partition, value }: Published, timestamp = now): Promise<PipelineResult> => {
  const [pipeline] = second.pipelines;
  const topic = 'live.campaign_partials.v1';
  const record = testRecord({ topic, key, partition: partition!, timestamp, value });
  await pipeline!.prepare([record]);
  return runPipeline(pipeline!, record, secondState);
};

const ALL = Array.from({ length: PARTITIONS }, (_, partition) => partition);

/** Runs the timers of a task that owns these partitions. */
const runTimer = (
  { timers }: ProcessorDefinition,
  state: typeof firstState,
  partitions: readonly number[] = ALL,
): void => {
  for (const timer of timers!) timer.run({ state, now, partitions });
};

/** Where the events of these tests go, unless they name another campaign. */
const HOME = partitionOfSeries({ campaign: 'spring_sale', channel: 'email' }, PARTITIONS);

/** The plainest way to say what should come out: all events of all partitions, each in its partition's order. */
const recomputed = (events: readonly (readonly [partition: number, WireEvent])[]) => {
  const clocks = new Map<number, number>();
  const windows: Record<string, number[]> = {};
  let late = 0;
  for (const [partition, { ts, campaign_id, channel, event: kind, cost }] of events) {
    const clock = Math.max(ts, clocks.get(partition) ?? 0);
    clocks.set(partition, clock);
    const start = Math.floor(ts / MINUTE) * MINUTE;
    if (start + DAY <= clock) {
      late += 1;
      continue;
    }
    const name = JSON.stringify([campaign_id, channel, start]);
    windows[name] ??= [0, 0, 0, 0];
    const window = windows[name];
    window[['impression', 'click', 'conversion'].indexOf(kind)]! += 1;
    window[3]! += Math.round(cost * 100);
  }
  return { windows, late };
};

describe('campaign windows', () => {
  it.each([1, 2, 3])(
    'are what all events come to, shuffled and late ones included (seed %i)',
    async (seed) => {
      const random = createRandom(seed, 1);
      const events = Array.from({ length: 600 }, () => {
        const ts = now - integerBetween(random, 0, pick(random, [5, 1_300, 1_500]) * MINUTE);
        const campaign_id = pick(random, ['a', 'a_b', 'brand_awareness']);
        const channel = pick(random, ['b_c', 'c', 'email']);
        const kind = pick(random, ['impression', 'click', 'conversion']);
        const cost = integerBetween(random, 0, 2_000) / 100;
        return [
          integerBetween(random, 0, 2),
          event({ ts, campaign_id, channel, event: kind, cost }),
        ] as const;
      });
      const published = new Map<string, CampaignResult>();
      const lateCounts = new Map<string, number>();
      for (const [index, [partition, value]] of events.entries()) {
        for (const output of outputsOf(count(value, partition))) {
          if (output.topic === 'ops.late_events.v1') {
            lateCounts.set(output.key, lateEvents.decode(output.value).events);
            continue;
          }
          for (const { key, value: row } of outputsOf(await join(output)))
            published.set(key, results.decode(row));
        }
        if (index % 50 !== 0) continue;
        runTimer(first, firstState);
        runTimer(second, secondState);
      }
      const expected = recomputed(events);
      const windows = Object.fromEntries(
        [...published.values()].map(
          ({ campaign, channel, window_start, impressions, clicks, conversions, spend }) => [
            JSON.stringify([campaign, channel, window_start]),
            [impressions, clicks, conversions, spend],
          ],
        ),
      );
      expect(windows).toEqual(expected.windows);
      expect([...lateCounts.values()].reduce((sum, events) => sum + events, 0)).toBe(expected.late);
      expect(expected.late).toBeGreaterThan(0);
    },
  );

  it('says what a window cost per click and per conversion, and where it lies', async () => {
    const [partial] = outputsOf(count(event({ ts: now + 5 })));
    const [result] = outputsOf(await join(partial!));
    expect(result!.key).toBe(`{"campaign":"spring_sale","channel":"email","window_start":${now}}`);
    // Where its key belongs, as ksqlDB has it: a window lies on one partition, whichever of the two counted it.
    expect(result!.partition).toBeUndefined();
    expect(JSON.parse(result!.value.toString())).toEqual({
      campaign: 'spring_sale',
      channel: 'email',
      window: '1m',
      window_start: now,
      window_end: now + MINUTE,
      impressions: 0,
      clicks: 1,
      conversions: 0,
      spend: 1.1,
      CPC: 1.1,
      CPA: 0,
    });
  });

  it('brings the parts of one window together, and keeps names with underscores apart', () => {
    const placeOf = (campaign_id: string, channel: string, partition: number): readonly unknown[] => {
      const [output] = outputsOf(count(event({ campaign_id, channel }), partition));
      return [output!.partition, output!.key];
    };
    const [place, key] = placeOf('a_b', 'c', 0);
    expect(placeOf('a_b', 'c', 1)[0]).toBe(place);
    expect(placeOf('a', 'b_c', 0)[1]).not.toBe(key);
  });

  it('answers for a repeated part without a word', async () => {
    const [partial] = outputsOf(count(event()));
    expect((await join(partial!)).kind).toBe('ok');
    expect(await join(partial!)).toMatchObject({ kind: 'drop', reason: 'unchanged' });
  });

  it.each([
    ['VALUE_UNDECODABLE', 'no JSON', 'nonsense'],
    ['VALUE_INVALID', 'an unknown kind', event({ event: 'purchase' })],
    ['VALUE_INVALID', 'a cost below nothing', event({ cost: -0.01 })],
    ['VALUE_INVALID', 'a part of a cent', event({ cost: 0.001 })],
    ['VALUE_INVALID', 'an empty campaign', event({ campaign_id: '' })],
    ['VALUE_INVALID', 'a time more than an hour after its record', event({ ts: now + 3_600_001 })],
  ])('makes a dead letter (%s) of %s, and goes by no such clock', (code, _, value) => {
    expect(whatBecomesOf(value)).toMatchObject({ code });
    expect([...firstState.range('')]).toEqual([]);
  });

  it('keeps open windows alone, in both stages', async () => {
    for (const [partition, ts] of [now - DAY, now - DAY + MINUTE, now].entries())
      for (const at of [ts, now])
        for (const output of outputsOf(count(event({ ts: at }), partition))) await join(output);
    const windows = (state: typeof firstState) => [...state.range('w')].length;
    expect([windows(firstState), windows(secondState)]).toEqual([5, 3]);
    runTimer(first, firstState);
    runTimer(second, secondState, [HOME]);
    expect([windows(firstState), windows(secondState)]).toEqual([4, 2]);
  });

  it.each([1, 2, 3])(
    'are whole when parts of one partition come long before those of another: some were refused (seed %i)',
    async (seed) => {
      const random = createRandom(seed, 2);
      const names = ['a', 'a_b', 'brand_awareness', 'spring_sale', 'retargeting'];
      const waiting = new Map<number, Published[]>();
      const events = Array.from({ length: 600 }, (_, index) => {
        const ts =
          now + index * 3 * MINUTE - integerBetween(random, 0, pick(random, [5, 1_300, 1_439]) * MINUTE);
        return [integerBetween(random, 0, 2), event({ ts, campaign_id: pick(random, names) })] as const;
      });
      for (const [partition, value] of events) {
        for (const output of outputsOf(count(value, partition, now + 2 * DAY))) {
          if (output.topic === 'ops.late_events.v1') continue;
          waiting.set(output.partition!, [...(waiting.get(output.partition!) ?? []), output]);
        }
      }
      expect(waiting.size).toBeGreaterThan(1);
      const published = new Map<string, CampaignResult>();
      while (waiting.size > 0) {
        const partition = pick(random, [...waiting.keys()]);
        const parts = waiting.get(partition)!;
        for (const output of parts.splice(0, integerBetween(random, 1, 200)))
          for (const { key, value } of outputsOf(await join(output)))
            published.set(key, results.decode(value));
        if (parts.length === 0) waiting.delete(partition);
        runTimer(second, secondState);
      }
      // Some have been forgotten on the way.
      expect([...secondState.range('w')].length).toBeLessThan(published.size);
      const { windows } = recomputed(events);
      expect(published.size).toBe(Object.keys(windows).length);
      for (const { campaign, channel, window_start, clicks } of published.values())
        expect(windows[JSON.stringify([campaign, channel, window_start])]![1]).toBe(clicks);
    },
  );

  it('does not let a part of a forgotten window stand for the whole', async () => {
    for (const partition of [0, 1, 2])
      for (const output of outputsOf(count(event(), partition))) await join(output);
    runTimer(second, secondState, [HOME]);
    const [old] = outputsOf(runOn(memoryState(first.state), event({ ts: now - DAY })));
    expect(await join(old!)).toMatchObject({ kind: 'dead-letter', code: 'VALUE_INVALID' });
  });
});

/** What the runtime would see: a dead letter, or the error that it makes one of. */
const whatBecomesOf = (value: object | string): unknown => {
  try {
    return count(value);
  } catch (error) {
    return error;
  }
};

const runOn = (state: typeof firstState, value: object): PipelineResult =>
  runPipeline(
    first.pipelines[0]!,
    testRecord({ topic: 'logs', timestamp: now, value: Buffer.from(JSON.stringify(value)) }),
    state,
  );
