import type { DifferenceCause } from '@marketing-streams/contracts/generated/difference-cause';
import type { Reconciliation } from '@marketing-streams/contracts/generated/reconciliation';

/** How live aggregation and gold compare. */
export type Differences = {
  /** Customers of whom they do not say the same, without those that are only under way. */
  readonly differing: number;
  /** Customers whose newest records one of the two has not taken in yet. */
  readonly under_way: number;
  readonly by_cause: Readonly<Record<Exclude<DifferenceCause, 'under-way'>, number>>;
  /** Some of the differing customers, the newest difference first. */
  readonly listed: readonly Reconciliation[];
};

/** Counts differences, and lists so many of those that stay. */
export const differencesOf = (rows: Iterable<Reconciliation>, listed: number): Differences => {
  const by_cause = { rejected: 0, misplaced: 0, overtaken: 0, unknown: 0 };
  const staying: Reconciliation[] = [];
  let under_way = 0;
  for (const row of rows) {
    if (row.cause === 'under-way') under_way += 1;
    else {
      by_cause[row.cause] += 1;
      staying.push(row);
    }
  }
  staying.sort((a, b) => b.since - a.since || (a.customer_id < b.customer_id ? -1 : 1));
  return { differing: staying.length, under_way, by_cause, listed: staying.slice(0, listed) };
};
