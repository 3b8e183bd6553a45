import { GRACE_MILLISECONDS, WINDOW_MILLISECONDS } from './window.ts';

/** What was heard of one partition of the events, on one of the partitions that its parts come on. */
export type HeardPartition = {
  /** Its newest window, of which the first moment; null when nothing was heard of it yet. */
  readonly newestWindow: number | null;
  /** When something was heard of it there, or listening began; epoch milliseconds of record time. */
  readonly heardAt: number;
};

/** A partition that is silent for longer than this, in milliseconds of record time, is waited for no more. */
export const SILENT_MILLISECONDS = 7 * 86_400_000;

/**
 * The newest window (its first moment) that no partition of the events can change any more, nor any before it: a
 * partition's clock is at least where its newest window begins. Null when that cannot be told of any.
 */
export const newestClosedWindow = (partitions: Iterable<HeardPartition>, now: number): number | null => {
  let slowest = Number.POSITIVE_INFINITY;
  for (const { newestWindow, heardAt } of partitions) {
    if (now - heardAt >= SILENT_MILLISECONDS) continue;
    if (newestWindow === null) return null;
    if (newestWindow < slowest) slowest = newestWindow;
  }
  return slowest === Number.POSITIVE_INFINITY ? null : slowest - GRACE_MILLISECONDS - WINDOW_MILLISECONDS;
};
