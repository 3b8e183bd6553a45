import type { Alert } from '@marketing-streams/contracts/generated/alert';
import type { CampaignResult } from '@marketing-streams/contracts/generated/campaign-result';
import { MINUTE } from '@marketing-streams/domain/alerts/alert-track';
import type { StateView } from '@marketing-streams/stream/state/state-view';
import { memoryState } from '@marketing-streams/stream/testing/memory-state';
import { publishedValue, testRecord } from '@marketing-streams/stream/testing/run-pipeline';
import { beforeEach, describe, expect, it } from 'vitest';
import { alertProcessor, createAlertCodecs } from './processor.ts';
import { ALERT_STATE } from './state.ts';

const START = Date.UTC(2026, 5, 1);
const at = (minute: number): number => START + minute * MINUTE;

const codecs = createAlertCodecs();
const counted: Alert[] = [];
const processor = alertProcessor({
  ...codecs,
  limitsOf: (campaign) => ({
    cpaAbove: campaign === 'cheap' ? 1_000 : 2_000,
    spendPerMinuteAbove: null,
    noClicksMinutes: null,
  }),
  anomalies: { score: 6, hours: 6 },
  onAlert: (alert) => void counted.push(alert),
});

let state: StateView;
beforeEach(() => {
  state = memoryState(ALERT_STATE);
  counted.length = 0;
});

const result = (minute: number, changes: Partial<CampaignResult> = {}): CampaignResult => ({
  campaign: 'spring_sale',
  channel: 'email',
  window: '1m',
  window_start: at(minute),
  window_end: at(minute + 1),
  impressions: 80,
  clicks: 15,
  conversions: 5,
  spend: 5_000,
  CPC: 0,
  CPA: 0,
  ...changes,
});

type Times = { readonly written?: number; readonly now?: number; readonly partition?: number };

/** Takes a result that was written when its window ended, unless told otherwise. */
const take = (row: CampaignResult, times: Times = {}) => {
  const { written = row.window_end, now = at(100_000), partition = 0 } = times;
  const value = codecs.results.encode(row);
  const record = testRecord({ topic: 'results', partition, value, timestamp: written });
  const taken = processor.pipelines[0]!.run({ record, state, now, mode: 'live' });
  if (taken.kind !== 'ok') throw new Error(JSON.stringify(taken));
  return taken.outputs.map((output) => {
    const alert = codecs.alerts.decode(publishedValue(output)!);
    expect(output).toMatchObject({ topic: 'ops.alerts', key: alert.alert_id });
    return alert;
  });
};

const takeAll = (rows: readonly CampaignResult[]): readonly Alert[] => rows.flatMap((row) => take(row));
const told = (alerts: readonly Alert[]) =>
  alerts.map(({ rule, status, changed_at }) => `${rule} ${status} ${(changed_at - START) / MINUTE}`);

describe('campaign alerts', () => {
  const expensive = (minute: number): CampaignResult => result(minute, { spend: 50_000 });

  it('begin with the first minute that passes the limit and end when it has been kept for a while', () => {
    take(result(0));
    const alerts = takeAll([
      ...[1, 2, 3].map((minute) => expensive(minute)),
      ...[4, 5, 6, 7, 8, 9, 10, 11, 12, 13].map((minute) => result(minute)),
    ]);
    expect(told(alerts)).toEqual(['campaign-cpa-above firing 2', 'campaign-cpa-above resolved 11']);
    const [firing, resolved] = alerts;
    expect(firing).toEqual({
      alert_id: `{"rule":"campaign-cpa-above","campaign":"spring_sale","channel":null,"started_at":${at(1)}}`,
      rule: 'campaign-cpa-above',
      severity: 'critical',
      status: 'firing',
      subject: { campaign: 'spring_sale' },
      message: 'spring_sale: cost per action $55.00 in 5 minutes, limit $20.00',
      value: 55,
      threshold: 20,
      started_at: at(1),
      changed_at: at(2),
    });
    expect(resolved).toMatchObject({ alert_id: firing!.alert_id, started_at: at(1), value: 10 });
    expect(counted).toEqual(alerts);
  });

  it('take all channels of a campaign together, each campaign by its own limits', () => {
    take(result(0));
    const alerts = takeAll([
      result(1, { campaign: 'cheap', channel: 'email', spend: 10_000, conversions: 9 }),
      result(1, { campaign: 'cheap', channel: 'tiktok', spend: 10_000, conversions: 9 }),
      result(1, { spend: 10_000 }),
      result(3),
    ]);
    expect(told(alerts)).toEqual(['campaign-cpa-above firing 2']);
    expect(alerts[0]).toMatchObject({ subject: { campaign: 'cheap' }, value: 200 / 18 });
  });

  it('look at a minute when it is over, with its latest figures', () => {
    take(result(0));
    expect(take(expensive(1))).toEqual([]);
    expect(take(result(1), { written: at(2) + 9_999 })).toEqual([]);
    expect(take(result(2), { written: at(2) + 10_000 })).toEqual([]);
    take(expensive(2));
    expect(told(take(result(3), { written: at(3) + 10_000 }))).toEqual(['campaign-cpa-above firing 3']);
  });

  it('are not led astray by one result of the future', () => {
    take(result(0), { now: at(1) });
    take(result(1), { written: at(60), now: at(1) + 20_000 });
    expect(told(take(expensive(1), { now: at(2) }))).toEqual([]);
    expect(told(take(result(2), { now: at(2) + 10_000, written: at(61) }))).toEqual([
      'campaign-cpa-above firing 2',
    ]);
  });

  it('end when there is nothing to measure any more', () => {
    const dear = (minute: number) => result(minute, { campaign: 'other', spend: 9_000, conversions: 5 });
    const cheap = (minute: number) => result(minute, { campaign: 'other' });
    const first = takeAll(Array.from({ length: 60 }, (_, index) => (index < 50 ? cheap : dear)(index)));
    expect(told(first).filter((one) => one.includes('cpa-unusual'))).toEqual([
      'campaign-cpa-unusual firing 53',
    ]);
    const alone = takeAll(Array.from({ length: 12 }, (_, index) => result(60 + index)));
    const ended = alone.find(({ rule }) => rule === 'campaign-cpa-unusual');
    expect(ended).toMatchObject({
      status: 'resolved',
      message: 'other on email: there is nothing to measure any more',
    });
    expect([...state.range('t')].filter(([key]) => key.includes('cpa-unusual'))).toEqual([]);
  });

  it('find what is unusual on a channel, and not that the whole stream was silent', () => {
    const usual = (minute: number) => result(minute, { spend: 5_000 + (minute % 5) * 100 });
    const first = takeAll(Array.from({ length: 50 }, (_, index) => usual(index)));
    // Silence for an hour, then half a minute's figures, then as before.
    const pause = takeAll([result(100, { spend: 2_500, conversions: 2 }), usual(101), usual(102)]);
    const odd = takeAll(
      [103, 104, 105, 106, 107].map((minute) => result(minute, { spend: 9_500, conversions: 9 })),
    );
    expect(told([...first, ...pause])).toEqual([]);
    expect(told(odd)).toEqual(['campaign-spend-unusual firing 107']);
    expect(odd[0]).toMatchObject({
      severity: 'warning',
      subject: { campaign: 'spring_sale', channel: 'email' },
      started_at: at(105),
    });
  });

  describe('in a backlog', () => {
    const cheap = (minute: number) => result(minute, { channel: 'tiktok', conversions: 8 });
    const dear = (minute: number) => result(minute, { conversions: 2 });
    const minutes = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, index) => from + index);
    const live = (from: number, to: number): readonly Alert[] =>
      minutes(from, to).flatMap((minute) => [
        ...take(dear(minute), { now: at(minute + 1) }),
        ...take(cheap(minute), { now: at(minute + 1), partition: 1 }),
      ]);

    it('wait for the slowest partition: a channel read behind the others was unusual and too dear', () => {
      expect(live(0, 60)).toEqual([]);
      const now = at(100);
      expect(minutes(60, 99).flatMap((minute) => take(dear(minute), { now }))).toEqual([]);
      expect(minutes(60, 99).flatMap((minute) => take(cheap(minute), { now, partition: 1 }))).toEqual([]);
      expect(live(100, 120)).toEqual([]);
    });

    it('wait no longer than some seconds for a partition that was read to its end', () => {
      live(0, 60);
      const soon = minutes(60, 70).flatMap((minute) => take(dear(minute), { now: at(minute + 1.2) }));
      expect(told(soon)).toContain('campaign-cpa-above firing 65');
    });

    it('wait half a minute for a partition that says nothing, and look at what there is then piece by piece', () => {
      live(0, 60);
      const early = minutes(60, 99).flatMap((minute) => take(dear(minute), { now: at(100) }));
      expect(early).toEqual([]);
      const later = Array.from({ length: 10 }, () => take(dear(98), { now: at(100.5) }));
      expect(told(later[0]!)).toEqual([]);
      expect(told(later.flat()).slice(0, 2)).toEqual([
        'campaign-spend-unusual firing 63',
        'campaign-cpa-above firing 65',
      ]);
    });
  });

  it('forget minutes that say nothing about what is usual', () => {
    takeAll(Array.from({ length: 500 }, (_, index) => result(index)));
    expect([...state.range('m')].length).toBeLessThan(363);
    expect([...state.range('g')].length).toBeLessThan(363);
    take(result(3), { written: at(500) });
    expect([...state.range('m')].some(([key]) => key.includes(String(at(3))))).toBe(false);
  });
});

describe('a lost state', () => {
  const rebuilt = (rows: readonly CampaignResult[], alerts: readonly Alert[]): void => {
    const [results, published] = processor.rebuild!.sources;
    for (const row of rows)
      results!.load(testRecord({ value: codecs.results.encode(row), timestamp: row.window_end }), state);
    for (const alert of alerts) published!.load(testRecord({ value: codecs.alerts.encode(alert) }), state);
  };
  const expensive = [1, 2, 3].map((minute) => result(minute, { spend: 50_000 }));

  it('goes on with the alerts that are under way', () => {
    const [firing] = takeAll([result(0), ...expensive]);
    state = memoryState(ALERT_STATE);
    rebuilt([result(0), ...expensive], [firing!]);
    const after = takeAll(Array.from({ length: 10 }, (_, index) => result(4 + index)));
    expect(told(after)).toEqual(['campaign-cpa-above resolved 11']);
    expect(after[0]!.alert_id).toBe(firing!.alert_id);
  });

  it('takes the newest alert of a subject, in whatever order they come', () => {
    const alert = (started: number, status: Alert['status'], changed: number): Alert => ({
      alert_id: String(started),
      rule: 'campaign-cpa-above',
      severity: 'critical',
      status,
      subject: { campaign: 'spring_sale' },
      message: '',
      value: 1,
      threshold: 1,
      started_at: at(started),
      changed_at: at(changed),
    });
    const [a, b] = [[alert(1, 'firing', 2), alert(1, 'resolved', 5)], [alert(7, 'firing', 8)]];
    for (const order of [
      [...a!, ...b!],
      [...b!, ...a!],
      [a![0]!, ...b!, a![1]!],
    ]) {
      state = memoryState(ALERT_STATE);
      rebuilt([], order);
      expect(
        [...state.range<{ firingSince: number }>('t')].map(([, { firingSince }]) => firingSince),
      ).toEqual([at(7)]);
    }
  });
});
