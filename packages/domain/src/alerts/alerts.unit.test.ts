import { describe, expect, it } from 'vitest';
import { type AlertTrack, MINUTE, QUIET, track, type Verdict } from './alert-track.ts';
import { findingsOfAnomalies } from './campaign-anomalies.ts';
import type { CampaignFigures } from './campaign-figures.ts';
import { type CampaignLimits, findingsOfLimits } from './campaign-limits.ts';
import { robustScore } from './robust-score.ts';

const START = Date.UTC(2026, 0, 1);
const at = (minute: number): number => START + minute * MINUTE;

const figures = (changes: Partial<CampaignFigures> = {}): CampaignFigures => ({
  impressions: 80,
  clicks: 15,
  conversions: 5,
  spend: 8_000,
  ...changes,
});

const minutes = (count: number, of: (minute: number) => CampaignFigures = () => figures()) =>
  new Map(Array.from({ length: count }, (_, index) => [at(index), of(index)] as const));

describe('the robust score', () => {
  it('is the distance from the median in robust deviations', () => {
    // Median 3, absolute deviations 2 1 0 1 2: median 1.
    expect(robustScore(6, [1, 2, 3, 4, 5])).toEqual({ score: 3 / 1.4826, median: 3 });
  });

  it('is hardly moved by former outliers', () => {
    const usual = [10, 11, 9, 10, 12, 8, 10, 11, 9];
    const score = robustScore(20, usual)!.score;
    expect(robustScore(20, [...usual, 1_000])!.score).toBeGreaterThan(score * 0.7);
  });

  it('holds what never varies to a part of itself, and says nothing of what is always 0', () => {
    expect(robustScore(110, [100, 100, 100])!.score).toBe(2);
    expect(robustScore(1, [0, 0, 0])).toBeNull();
    expect(robustScore(1, [])).toBeNull();
  });
});

describe('an alert', () => {
  const patience = { bad: 2, good: 3 };
  const follow = (verdicts: readonly (Verdict | null)[]): readonly string[] => {
    let before: AlertTrack = QUIET;
    return verdicts.map((verdict, index) => {
      if (verdict === null) return '';
      const { after, change } = track(before, verdict, at(index), patience);
      before = after;
      return change === 'firing' ? `firing since ${(before.firingSince! - START) / MINUTE}` : (change ?? '');
    });
  };

  it('begins after bad minutes in a row and ends after good ones', () => {
    expect(follow(['bad', 'bad', 'bad', 'good', 'good', 'good', 'good'])).toEqual([
      '',
      'firing since 0',
      '',
      '',
      '',
      'resolved',
      '',
    ]);
  });

  it('does not flap', () => {
    expect(follow(['bad', 'good', 'bad', 'between', 'bad', 'good', 'bad'])).toEqual(Array(7).fill(''));
    expect(follow(['bad', 'bad', 'good', 'good', 'between', 'good', 'good', 'bad', 'good'])).toEqual([
      '',
      'firing since 0',
      ...Array(7).fill(''),
    ]);
  });

  it('counts no row across minutes of which nothing is known', () => {
    expect(follow(['bad', null, 'bad', 'bad'])).toEqual(['', '', '', 'firing since 2']);
  });
});

describe('limits', () => {
  const none: CampaignLimits = { cpaAbove: null, spendPerMinuteAbove: null, noClicksMinutes: null };
  const verdict = (limits: Partial<CampaignLimits>, byMinute: ReturnType<typeof minutes>, minute: number) =>
    findingsOfLimits({ ...none, ...limits }, byMinute, at(minute)).map((one) => one.verdict);

  it('hold five minutes of cost per action', () => {
    // 80.00 for 5 actions: 16.00 an action, whatever the minute.
    const [finding] = findingsOfLimits({ ...none, cpaAbove: 1_500 }, minutes(10), at(9));
    expect(finding).toMatchObject({
      rule: 'campaign-cpa-above',
      verdict: 'bad',
      value: 16,
      threshold: 15,
      words: 'cost per action $16.00 in 5 minutes, limit $15.00',
    });
    expect(verdict({ cpaAbove: 1_700 }, minutes(10), 9)).toEqual(['between']);
    expect(verdict({ cpaAbove: 2_000 }, minutes(10), 9)).toEqual(['good']);
    const expensive = minutes(10, (minute) => figures(minute === 9 ? { spend: 16_000 } : {}));
    expect(verdict({ cpaAbove: 2_000 }, expensive, 9)).toEqual(['between']);
  });

  it('count what was spent without any action', () => {
    const byMinute = minutes(5, () => figures({ conversions: 0, spend: 1_000 }));
    const [finding] = findingsOfLimits({ ...none, cpaAbove: 4_000 }, byMinute, at(4));
    expect(finding).toMatchObject({ verdict: 'bad', value: 50 });
    expect(finding!.words).toBe('$50.00 without an action in 5 minutes, limit $40.00');
  });

  it('hold the spend of one minute', () => {
    expect(verdict({ spendPerMinuteAbove: 7_999 }, minutes(1), 0)).toEqual(['bad']);
    expect(verdict({ spendPerMinuteAbove: 8_000 }, minutes(1), 0)).toEqual(['between']);
    expect(verdict({ spendPerMinuteAbove: 7_999 }, minutes(1), 1)).toEqual(['good']);
  });

  it('miss clicks only where a campaign is shown, and has been for long enough', () => {
    const withoutClicks = minutes(10, () => figures({ clicks: 0 }));
    expect(verdict({ noClicksMinutes: 5 }, withoutClicks, 9)).toEqual(['bad']);
    expect(verdict({ noClicksMinutes: 5 }, withoutClicks, 3)).toEqual(['good']);
    expect(verdict({ noClicksMinutes: 5 }, minutes(10), 9)).toEqual(['good']);
    const hardlyShown = minutes(10, () => figures({ clicks: 0, impressions: 1 }));
    expect(verdict({ noClicksMinutes: 5 }, hardlyShown, 9)).toEqual(['good']);
  });
});

describe('anomalies', () => {
  const settings = { score: 6, hours: 6 };
  const varied = (minute: number): CampaignFigures =>
    figures({ spend: 8_000 + (minute % 5) * 200, clicks: 14 + (minute % 3) });
  const found = (last: Partial<CampaignFigures>, count = 60) => {
    const byMinute = minutes(count, varied).set(at(count), { ...varied(count), ...last });
    const known = Array.from({ length: count + 1 }, (_, index) => at(index));
    return Object.fromEntries(
      findingsOfAnomalies(settings, byMinute, known, at(count)).map((one) => [one.rule, one]),
    );
  };

  it('find nothing in a usual minute', () => {
    expect(Object.values(found({})).map(({ verdict }) => verdict)).toEqual(['good', 'good', 'good']);
  });

  it('find spend, cost per action and click-through rate that are far from usual', () => {
    const both = found({ spend: 60_000, clicks: 200 });
    // Five minutes of 80.00 to 88.00: usually 420.00 together.
    expect(both['campaign-spend-unusual']).toMatchObject({ verdict: 'bad', value: 940, threshold: 420 });
    expect(both['campaign-spend-unusual']!.words).toMatch(
      /^spend \$940\.00 in 5 minutes, \d+\.\d deviations above the usual \$420\.00$/,
    );
    expect(both['campaign-cpa-unusual']).toMatchObject({ verdict: 'bad', value: 37.6 });
    expect(both['campaign-ctr-unusual']).toMatchObject({ verdict: 'bad', value: 0.6525 });
  });

  it('take minutes without the campaign for ones in which it came to nothing', () => {
    const byMinute = minutes(60, varied);
    const known = Array.from({ length: 65 }, (_, index) => at(index));
    const silent = findingsOfAnomalies(settings, byMinute, known, at(64));
    expect(silent).toMatchObject([{ rule: 'campaign-spend-unusual', verdict: 'bad', value: 0 }]);
  });

  it('say nothing about rates of which there is too little', () => {
    const rare = (minute: number) => figures({ impressions: 10, conversions: 1, spend: 5_000 + minute * 10 });
    const byMinute = minutes(60, rare);
    expect(findingsOfAnomalies(settings, byMinute, [...byMinute.keys()], at(59))).toMatchObject([
      { rule: 'campaign-spend-unusual' },
    ]);
  });

  it('do not hold a campaign that has just begun against the time before it', () => {
    const known = Array.from({ length: 60 }, (_, index) => at(index));
    const begun = new Map([...minutes(60, varied)].filter(([minute]) => minute >= at(50)));
    expect(findingsOfAnomalies(settings, begun, known, at(59))).toEqual([]);
  });

  it('say nothing before half an hour is known', () => {
    expect(found({ spend: 90_000 }, 33)).toEqual({});
    expect(found({ spend: 90_000 }, 34)['campaign-spend-unusual']).toMatchObject({ verdict: 'bad' });
  });
});
