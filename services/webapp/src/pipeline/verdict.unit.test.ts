import { describe, expect, it } from 'vitest';
import { differencesOf } from './differences.ts';
import type { HopState } from './hop-state.ts';
import { HOPS } from './hops.ts';
import type { PipelineLag } from './lag-watch.ts';
import { PIPELINE_TOPICS } from './pipeline-site.ts';
import { verdictOf } from './verdict.ts';

const NONE = differencesOf([], 10);
const CONSOLIDATED = PIPELINE_TOPICS.consolidated;

const comparing = (state: HopState, records = 0, emptyTopics: readonly string[] = []): PipelineLag => ({
  at: 0,
  hops: [
    {
      hop: HOPS.find(({ group }) => group === 'reconciliation')!,
      state,
      records,
      isExact: true,
      oldestAt: null,
      rate: 0,
    },
  ],
  emptyTopics: new Set(emptyTopics),
});

const textOf = (differences: typeof NONE, lag: PipelineLag | null) => {
  const { kind, text, note } = verdictOf(differences, 12, lag, PIPELINE_TOPICS);
  return `${kind}: ${text} / ${note}`;
};

describe('what is said of live aggregation and gold', () => {
  it('is zero plainly, once everything is compared', () => {
    expect(textOf(NONE, comparing('caught-up'))).toBe(
      'good: 0 differences / Live aggregation and gold say the same of all 12 customers.',
    );
  });

  it('goes no further than what is compared', () => {
    expect(textOf(NONE, comparing('absent'))).toMatch(/^none: Nothing is compared yet/);
    expect(textOf(NONE, comparing('caught-up', 0, [CONSOLIDATED]))).toMatch(/^none: Nothing to compare yet/);
    expect(textOf(NONE, comparing('stopped'))).toMatch(/^none: .*what it found last/);
    expect(textOf(NONE, null)).toMatch(/^none: .*not known/);
    expect(textOf(NONE, comparing('working', 7))).toBe(
      'good: 0 differences / 7 records still to be compared.',
    );
  });

  it('counts who differs, and apart from them who is only under way', () => {
    const rows = (['rejected', 'under-way', 'under-way'] as const).map((cause, number) => ({
      customer_id: `c${number}`,
      differences: [],
      cause,
      records: [],
      since: 0,
    }));
    expect(textOf(differencesOf(rows, 10), comparing('caught-up'))).toMatch(
      /^warn: 1 customer differs .*2 customers under way/,
    );
    expect(textOf(differencesOf(rows.slice(1), 10), comparing('caught-up'))).toMatch(
      /^good: 0 differences .*2 customers under way/,
    );
  });
});
