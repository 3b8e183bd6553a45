import { expect, it } from 'vitest';
import { type CampaignQuery, formatCampaignQuery, parseCampaignQuery } from './campaign-query.ts';

const DEFAULT: CampaignQuery = {
  range: '1h',
  campaign: null,
  channel: null,
  metric: 'spend',
  sort: { key: 'spend', reversed: false },
  table: 'totals',
  refresh: 10,
  since: null,
};

const read = (address: string): CampaignQuery =>
  parseCampaignQuery(Object.fromEntries(new URLSearchParams(address)));

it('reads an empty address, and the empty fields of a form, as the defaults', () => {
  expect(read('')).toEqual(DEFAULT);
  expect(read('range=&campaign=&channel=&metric=&refresh=&since=')).toEqual(DEFAULT);
});

it('writes only what is not the default', () => {
  expect(formatCampaignQuery(DEFAULT)).toBe('');
  expect(formatCampaignQuery(DEFAULT, { campaign: 'a&b=c', refresh: 'off' })).toBe(
    '?campaign=a%26b%3Dc&refresh=off',
  );
});

it('reads what it writes', () => {
  const query: CampaignQuery = {
    range: '7d',
    campaign: 'spring_sale',
    channel: 'google_ads',
    metric: 'cpa',
    sort: { key: 'campaign', reversed: true },
    table: 'windows',
    refresh: 30,
    since: 1_780_000_000_000,
  };
  expect(read(formatCampaignQuery(query))).toEqual(query);
});

it('says what is wrong with an address', () => {
  for (const address of ['range=2h', 'metric=fun', 'sort=--cpa', 'refresh=7', 'since=-1', 'table=chart'])
    expect(() => read(address)).toThrow(/must be/);
});

it('refuses a moment that no page can show: it held all open dashboards up', () => {
  expect(() => read('since=9000000000000000')).toThrow(/since/);
});
