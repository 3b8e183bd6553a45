import { type Cents, numberFromCents } from '@marketing-streams/domain/money';
import type { Cell } from '../http/csv.ts';
import { iso } from '../present/format.ts';
import { GRAIN_MILLISECONDS, type Grain } from './campaign-query.ts';
import type { WindowRow } from './window-index.ts';

/** Cost by something, in dollars and unrounded, computed as on the topic; 0 when there is nothing to divide by. */
const price = (spend: Cents, count: number): number => (count === 0 ? 0 : numberFromCents(spend) / count);

/** A window as the REST API and the events give it: fields as on `results`, times in ISO 8601. */
export const resultJson = (row: WindowRow, window: Grain) => ({
  campaign: row.campaign,
  channel: row.channel,
  window,
  window_start: iso(row.window_start),
  window_end: iso(row.window_start + GRAIN_MILLISECONDS[window]),
  impressions: row.impressions,
  clicks: row.clicks,
  conversions: row.conversions,
  spend: numberFromCents(row.spend),
  CPC: price(row.spend, row.clicks),
  CPA: price(row.spend, row.conversions),
});

/** Head of the CSV file. */
export const RESULT_COLUMNS = [
  'campaign',
  'channel',
  'window',
  'window_start',
  'window_end',
  'impressions',
  'clicks',
  'conversions',
  'spend',
  'CPC',
  'CPA',
] as const satisfies readonly (keyof ReturnType<typeof resultJson>)[];

/** A window as a line of the CSV file. */
export const resultCells = (row: WindowRow, window: Grain): readonly Cell[] => {
  const json = resultJson(row, window);
  return RESULT_COLUMNS.map((column) => json[column]);
};
