import { describe, expect, it } from 'vitest';
import type { RowChange } from '../tables/followed-table.ts';
import { type CampaignQuery, GRAIN_MILLISECONDS, type Grain, parseCampaignQuery } from './campaign-query.ts';
import { overviewOf } from './overview.ts';
import { spanOf, type Windows } from './span.ts';
import { indexWindows, type WindowRow } from './window-index.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOON = Date.UTC(2026, 5, 1, 12);

/** Indices of windows, and the way to add some or, with null, to take them away. */
const makeWindows = () => {
  const listeners = new Map<Grain, (changes: readonly RowChange<WindowRow>[]) => void>();
  const index = (grain: Grain) =>
    indexWindows<WindowRow>(
      {
        onChange: (listener) => {
          listeners.set(grain, listener);
          return () => {};
        },
      },
      GRAIN_MILLISECONDS[grain],
      () => true,
    );
  const windows: Windows = { '1m': index('1m'), '1h': index('1h'), '1d': index('1d') };
  const add = (grain: Grain, ...rows: readonly Partial<WindowRow>[]): void =>
    listeners.get(grain)!(
      rows.map((row) => {
        const whole = {
          campaign: 'spring_sale',
          channel: 'email',
          impressions: 0,
          clicks: 0,
          conversions: 0,
          spend: 0,
          window_start: NOON,
          ...row,
        };
        return { key: `${whole.campaign}/${whole.channel}/${whole.window_start}`, row: whole };
      }),
    );
  const put = (grain: Grain, key: string, row: WindowRow | null): void =>
    listeners.get(grain)!([{ key, row }]);
  return { windows, add, put };
};

const query = (fields: Readonly<Record<string, string>> = {}): CampaignQuery => parseCampaignQuery(fields);

describe('the span of a query', () => {
  it('ends with the minute under way while events come', () => {
    const { windows, add } = makeWindows();
    add('1m', { window_start: NOON });
    expect(spanOf(windows, query({ range: '15m' }), NOON + 20_000)).toMatchObject({
      from: NOON - 14 * MINUTE,
      until: NOON + MINUTE,
      previousFrom: NOON - 29 * MINUTE,
    });
  });

  it('ends with the newest window known when nothing comes any more', () => {
    const { windows, add } = makeWindows();
    add('1m', { window_start: NOON });
    // The day is not over, and says nothing of when its last event was.
    add('1d', { window_start: NOON - 12 * HOUR });
    expect(spanOf(windows, query(), NOON + 5 * HOUR).until).toBe(NOON + MINUTE);
  });

  it('is not drawn into the future by an event of a clock that is ahead', () => {
    const { windows, add } = makeWindows();
    add('1m', { window_start: NOON }, { window_start: NOON + 30 * MINUTE });
    expect(spanOf(windows, query(), NOON + 20_000).until).toBe(NOON + MINUTE);
  });

  it('ends now where only hours are known, of which the last is under way', () => {
    const { windows, add } = makeWindows();
    add('1h', { window_start: NOON });
    expect(spanOf(windows, query(), NOON + 20_000).until).toBe(NOON + MINUTE);
  });

  it('is made of hours and days where minutes are not kept', () => {
    const { windows, add } = makeWindows();
    add('1h', { window_start: NOON });
    add('1d', { window_start: NOON - 12 * HOUR });
    expect(spanOf(windows, query({ range: '7d' }), NOON + 20_000)).toMatchObject({
      grain: '1h',
      until: NOON + HOUR,
    });
    expect(spanOf(windows, query({ range: '90d' }), NOON + 20_000)).toMatchObject({
      grain: '1d',
      until: NOON + 12 * HOUR,
    });
  });

  it('begins with the window that was under way when the view was cleared', () => {
    const { windows, add } = makeWindows();
    add('1m', { window_start: NOON });
    const since = String(NOON - 5 * MINUTE + 20_000);
    expect(spanOf(windows, query({ since }), NOON + 20_000).from).toBe(NOON - 5 * MINUTE);
  });
});

describe('an overview', () => {
  it('adds up what the filters let through, and names what they do not', () => {
    const { windows, add } = makeWindows();
    add(
      '1m',
      { spend: 100, clicks: 2 },
      { channel: 'tiktok', spend: 50, clicks: 1, window_start: NOON - MINUTE },
      { campaign: 'retargeting', spend: 7 },
      { spend: 999, window_start: NOON - 2 * HOUR },
    );
    const overview = overviewOf(windows, query({ campaign: 'spring_sale' }), NOON + 20_000);
    expect(overview.total).toEqual({ impressions: 0, clicks: 3, conversions: 0, spend: 150 });
    expect(overview.byChannel.map(({ name, total }) => [name, total.spend])).toEqual([
      ['email', 100],
      ['tiktok', 50],
    ]);
    expect(overview.rows).toHaveLength(2);
    expect(overview.campaigns).toEqual(['retargeting', 'spring_sale']);
  });

  it('gives each step its own, and leaves out a step that began before', () => {
    const { windows, add } = makeWindows();
    // Six hours in steps of five minutes; the span begins at 06:02.
    const now = NOON + MINUTE + 20_000;
    add(
      '1m',
      { spend: 1, window_start: NOON - 6 * HOUR + 2 * MINUTE },
      { spend: 10, window_start: NOON - 6 * HOUR + 5 * MINUTE },
      { spend: 100, window_start: NOON + MINUTE },
    );
    const { total, firstStep, byCampaign } = overviewOf(windows, query({ range: '6h' }), now);
    expect(total.spend).toBe(111);
    expect(firstStep).toBe(NOON - 6 * HOUR + 5 * MINUTE);
    const steps = byCampaign[0]!.steps.map(({ spend }) => spend);
    expect([steps.length, steps[0], steps.at(-1)]).toEqual([72, 10, 100]);
  });

  it('compares with the period before only if that is known whole', () => {
    const { windows, add } = makeWindows();
    add('1m', { spend: 10 }, { spend: 4, window_start: NOON - 15 * MINUTE });
    expect(overviewOf(windows, query({ range: '15m' }), NOON).before).toBeNull();
    add('1m', { spend: 1, window_start: NOON - 29 * MINUTE });
    const before = overviewOf(windows, query({ range: '15m' }), NOON).before;
    expect(before?.spend).toBe(5);
    expect(overviewOf(windows, query({ range: '15m', since: String(NOON) }), NOON).before).toBeNull();
  });

  it('takes a correction in place of what the window was, and forgets one that is gone', () => {
    const { windows, add, put } = makeWindows();
    add('1m', { spend: 10 }, { spend: 1, channel: 'tiktok' });
    add('1m', { spend: 30 });
    expect(overviewOf(windows, query(), NOON).total.spend).toBe(31);
    put('1m', `spring_sale/email/${NOON}`, null);
    expect(overviewOf(windows, query(), NOON).total.spend).toBe(1);
  });

  it('sorts prices, those without one last whichever way', () => {
    const { windows, add } = makeWindows();
    add(
      '1m',
      { channel: 'a', spend: 90 },
      { channel: 'b', clicks: 1, spend: 20 },
      { channel: 'c', clicks: 1, spend: 30 },
    );
    const order = (sort: string) =>
      overviewOf(windows, query({ sort }), NOON)
        .rows.map(({ channel }) => channel)
        .join('');
    expect([order('cpc'), order('-cpc'), order('channel'), order('-channel')]).toEqual([
      'cba',
      'bca',
      'abc',
      'cba',
    ]);
  });

  it('has a row once whose window was put right', () => {
    const { windows, put } = makeWindows();
    const row = { campaign: 'a', channel: 'b', impressions: 1, clicks: 0, conversions: 0, spend: 0 };
    put('1m', 'key', { ...row, window_start: NOON - MINUTE });
    put('1m', 'key', { ...row, window_start: NOON });
    expect(overviewOf(windows, query(), NOON).total.impressions).toBe(1);
  });

  it('costs what there is when one window lies decades back', () => {
    const { windows, add } = makeWindows();
    add('1m', { spend: 1, window_start: 0 }, { spend: 2 });
    const rows = [...windows['1m'].between(0, NOON + MINUTE)];
    expect(rows.map(({ spend }) => spend)).toEqual([1, 2]);
  });
});
