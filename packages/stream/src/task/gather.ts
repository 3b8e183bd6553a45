import type { TransactionLimits } from '../runtime-options.ts';

/** What a task knows when it could begin a transaction. */
export type Gathering = {
  /** Records that wait, and their bytes. */
  readonly waiting: number;
  readonly bytes: number;
  /** Records that can be fetched and are not yet. */
  readonly unfetched: number;
  readonly limits: TransactionLimits;
  /** How long the processor wants to wait for more while it is flooded. */
  readonly gatherMilliseconds: number;
  /** Milliseconds since the task could have begun. */
  readonly sinceBegan: number;
};

/** Fewer records than these are never kept waiting: two seconds of heavy traffic. */
export const FLOOD_RECORDS = 4_000;
/** A fetch that is known to bring much is waited for so long. */
const FETCH_MILLISECONDS = 1_000;

/**
 * Milliseconds for which a task waits for more before it begins a transaction; 0 or less: it begins now. Rows of one
 * key are published once for all that is taken together, which is what makes a backlog cheap for every later hop.
 * Light traffic never waits.
 */
export const gatherFor = (gathering: Gathering): number => {
  const { waiting, bytes, unfetched, limits, gatherMilliseconds, sinceBegan } = gathering;
  if (waiting >= limits.records || bytes >= limits.bytes) return 0;
  if (unfetched >= FLOOD_RECORDS) return Math.max(FETCH_MILLISECONDS, gatherMilliseconds) - sinceBegan;
  if (waiting >= FLOOD_RECORDS) return gatherMilliseconds - sinceBegan;
  return 0;
};
