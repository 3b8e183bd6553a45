import type { DifferenceCause } from '@marketing-streams/contracts/generated/difference-cause';
import type { Reconciliation } from '@marketing-streams/contracts/generated/reconciliation';
import { describe, expect, it } from 'vitest';
import { differencesOf } from './differences.ts';
import { lateEventsByCampaign } from './late-events.ts';

const difference = (customer_id: string, cause: DifferenceCause, since: number): Reconciliation => ({
  customer_id,
  differences: [{ field: 'order_count', live: '2', gold: '1' }],
  cause,
  records: [],
  since,
});

describe('the differences between live aggregation and gold', () => {
  it('are counted by cause, those under way apart, and the newest are listed', () => {
    const rows = [
      difference('a', 'rejected', 1),
      difference('b', 'under-way', 9),
      difference('c', 'unknown', 3),
      difference('d', 'rejected', 2),
    ];
    const { listed, ...counts } = differencesOf(rows, 2);
    expect(counts).toEqual({
      differing: 3,
      under_way: 1,
      by_cause: { rejected: 2, misplaced: 0, overtaken: 0, unknown: 1 },
    });
    expect(listed.map(({ customer_id }) => customer_id)).toEqual(['c', 'd']);
  });
});

describe('late events', () => {
  const late = (
    campaign: string,
    channel: string,
    window_start: number,
    source_partition: number,
    events: number,
  ) => ({ campaign, channel, window_start, source_partition, events, spend: events * 10 });

  it('are added up over windows and partitions, whatever the names contain', () => {
    const rows = [
      late('a_b', 'c', 60_000, 0, 1),
      late('a_b', 'c', 60_000, 1, 2),
      late('a_b', 'c', 120_000, 1, 4),
      late('a', 'b_c', 60_000, 0, 1),
    ];
    expect(lateEventsByCampaign(rows)).toEqual([
      { campaign: 'a_b', channel: 'c', events: 7, spend: 70, windows: 2, newest_window: 120_000 },
      { campaign: 'a', channel: 'b_c', events: 1, spend: 10, windows: 1, newest_window: 60_000 },
    ]);
  });
});
