import { expect, it } from 'vitest';
import { changeOf, formatMetric } from './campaign-format.ts';
import { chartData } from './chart-data.ts';
import { emptySum, type Figures } from './figures.ts';
import type { Overview, Series } from './overview.ts';

const MINUTE = 60_000;

const figures = (fields: Partial<Figures>): Figures => ({ ...emptySum(), ...fields });

const overview = (byCampaign: readonly Series[]): Overview => ({
  span: { from: 0, until: 2 * MINUTE, previousFrom: -2 * MINUTE, step: MINUTE, grain: '1m' },
  firstStep: 0,
  knownFrom: 0,
  total: emptySum(),
  before: null,
  byCampaign,
  byChannel: [],
  rows: [],
  moreRows: 0,
  campaigns: [],
  channels: [],
});

const series = (name: string, ...steps: readonly Partial<Figures>[]): Series => ({
  name,
  total: emptySum(),
  steps: steps.map(figures),
});

it('draws dollars and per cent, and a gap where there is nothing to divide by', () => {
  const one = [series('a', { clicks: 3, impressions: 16, spend: 100 }, {})];
  expect(chartData('cpc', overview(one))).toMatchObject({
    unit: 'money',
    times: [0, 60],
    campaigns: { names: ['a'], lines: [[0.3333, null]] },
  });
  expect(chartData('ctr', overview(one)).campaigns.lines).toEqual([[18.75, null]]);
  expect(chartData('spend', overview(one)).campaigns.lines).toEqual([[1, 0]]);
});

it('draws nothing, not zero, before the first window known', () => {
  const one = [series('a', {}, { spend: 100 })];
  const known = { ...overview(one), knownFrom: MINUTE };
  expect(chartData('spend', known).campaigns.lines).toEqual([[null, 1]]);
});

it('puts together what would be too many lines', () => {
  const many = Array.from({ length: 10 }, (_, number) =>
    series(`c${number}`, { clicks: 1 }, { clicks: number }),
  );
  const { names, lines } = chartData('clicks', overview(many)).campaigns;
  expect(names).toEqual(['c0', 'c1', 'c2', 'c3', 'c4', 'c5', 'c6', '3 others']);
  expect(lines.at(-1)).toEqual([3, 7 + 8 + 9]);
});

it('says whether a change is for better or worse', () => {
  const [now, before] = [figures({ clicks: 20, spend: 300 }), figures({ clicks: 10, spend: 100 })];
  expect(changeOf('clicks', now, before)).toEqual({ text: '▲ 100%', mood: 'good' });
  expect(changeOf('cpc', now, before)).toEqual({ text: '▲ 50%', mood: 'bad' });
  expect(changeOf('spend', before, now)).toEqual({ text: '▼ 66.7%', mood: 'neutral' });
  expect(changeOf('cpc', now, null).text).toBe('no full period before');
  expect(changeOf('cpc', now, emptySum()).text).toBe('nothing before');
});

it('writes a figure without a value as the contract has it', () => {
  expect([formatMetric('cpa', null), formatMetric('ctr', null), formatMetric('clicks', 0)]).toEqual([
    '$0.00',
    '0.00%',
    '0',
  ]);
});
