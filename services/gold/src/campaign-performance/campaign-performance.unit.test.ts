import { createAvroCodec } from '@marketing-streams/contracts/avro-codec';
import type { CampaignResult } from '@marketing-streams/contracts/generated/campaign-result';
import type { GoldCampaignPerformance } from '@marketing-streams/contracts/generated/gold-campaign-performance';
import { createJsonCodec } from '@marketing-streams/contracts/json-codec';
import { memoryRegistry } from '@marketing-streams/contracts/testing/memory-registry';
import { createRandom, integerBetween, pick } from '@marketing-streams/domain/simulation/random';
import type { PipelineResult } from '@marketing-streams/stream/pipeline';
import { memoryState } from '@marketing-streams/stream/testing/memory-state';
import { publishedValue, runPipeline, testRecord } from '@marketing-streams/stream/testing/run-pipeline';
import { beforeEach, describe, expect, it } from 'vitest';
import { campaignPerformanceProcessor } from './processor.ts';

const MINUTE = 60_000;
const midnight = Date.UTC(2026, 5, 1);

const registry = memoryRegistry();
const definition = await campaignPerformanceProcessor(registry, 6);
const [pipeline] = definition.pipelines;
const gold = await createAvroCodec<GoldCampaignPerformance>({
  registry,
  topic: 'gold.campaign_performance.v1',
});
const results = createJsonCodec<CampaignResult>('results');

let state = memoryState(definition.state);
beforeEach(() => {
  state = memoryState(definition.state);
});

const result = (changes: Partial<CampaignResult> = {}): CampaignResult => {
  const window_start = changes.window_start ?? midnight;
  return {
    campaign: 'spring_sale',
    channel: 'email',
    window: '1m',
    window_start,
    window_end: window_start + MINUTE,
    impressions: 4,
    clicks: 2,
    conversions: 1,
    spend: 310,
    CPC: 1.55,
    CPA: 3.1,
    ...changes,
  };
};

let offset = 0;
beforeEach(() => {
  offset = 0;
});

const fold = (value: CampaignResult | null, partition = 0): PipelineResult =>
  runPipeline(
    pipeline!,
    testRecord({
      topic: 'results',
      partition,
      offset: offset++,
      value: value === null ? null : results.encode(value),
    }),
    state,
  );

type Published = { readonly key: string; readonly value: Buffer; readonly row: GoldCampaignPerformance };

const published = async (outcome: PipelineResult): Promise<readonly Published[]> => {
  if (outcome.kind !== 'ok') throw new Error(JSON.stringify(outcome));
  const records = outcome.outputs.map((output) => ({ key: output.key, value: publishedValue(output)! }));
  await gold.prepare(records);
  return records.map(({ key, value }) => ({ key, value, row: gold.decode(value) }));
};

describe('campaign performance', () => {
  it('rolls a minute up into its hour and its day', async () => {
    await published(fold(result({ window_start: midnight + 61 * MINUTE, spend: 100 })));
    const rows = await published(fold(result({ window_start: midnight + 62 * MINUTE })));
    expect(rows.map(({ row }) => [row.window, row.window_start - midnight, row.clicks, row.spend])).toEqual([
      ['1m', 62 * MINUTE, 2, 310],
      ['1h', 60 * MINUTE, 4, 410],
      ['1d', 0, 4, 410],
    ]);
    expect(rows.map(({ row }) => row.cpc)).toEqual([1.55, 1.025, 1.025]);
    expect(rows[1]!.row.source_offsets).toEqual([{ topic: 'results', partition: 0, offset: 1 }]);
    expect(rows[1]!.key).toBe(
      `{"campaign":"spring_sale","channel":"email","window":"1h","window_start":${midnight + 60 * MINUTE}}`,
    );
  });

  it('takes away what a minute was before, and answers for a repeat without a word', async () => {
    fold(result());
    expect(fold(result())).toMatchObject({ kind: 'drop', reason: 'unchanged' });
    const [, hour, day] = await published(fold(result({ clicks: 3, spend: 350 })));
    for (const { row } of [hour!, day!]) expect([row.clicks, row.spend]).toEqual([3, 350]);
  });

  it('does not shrink while windows are counted anew from what the input still holds', async () => {
    fold(result({ clicks: 10, spend: 1_000 }));
    for (const clicks of [1, 9])
      expect(fold(result({ clicks, spend: 100 * clicks }))).toMatchObject({
        kind: 'drop',
        reason: 'unchanged',
      });
    const [minute, , day] = await published(fold(result({ clicks: 11, spend: 1_100 })));
    for (const { row } of [minute!, day!]) expect([row.clicks, row.spend]).toEqual([11, 1_100]);
  });

  it('keeps what results forgets', () => {
    fold(result());
    expect(fold(null)).toMatchObject({ kind: 'drop', reason: 'expired' });
    expect([...state.range('d')]).toHaveLength(1);
  });

  it.each([midnight + 1, -MINUTE])('refuses a window that begins at %i', (window_start) => {
    expect(fold(result({ window_start }))).toMatchObject({ kind: 'dead-letter', code: 'VALUE_INVALID' });
  });

  it.each([1, 2])('comes back from its own rows exactly as it was (seed %i)', async (seed) => {
    const random = createRandom(seed, 1);
    const rows = new Map<string, Buffer>();
    for (let index = 0; index < 400; index++) {
      const window_start = midnight + integerBetween(random, 0, 3_000) * MINUTE;
      const campaign = pick(random, ['a', 'a_b']);
      const channel = pick(random, ['b_c', 'c']);
      const clicks = integerBetween(random, 0, 9);
      const outcome = fold(result({ window_start, campaign, channel, clicks }), (window_start / MINUTE) % 3);
      if (outcome.kind === 'ok')
        for (const { key, value } of await published(outcome)) rows.set(key, Buffer.from(value));
    }
    const rebuilt = memoryState(definition.state);
    const [source] = definition.rebuild!.sources;
    for (const value of rows.values()) source!.load(testRecord({ value }), rebuilt);
    expect([...rebuilt.range('')]).toEqual([...state.range('')]);
  });
});
