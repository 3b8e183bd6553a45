import type { StateView } from '@marketing-streams/stream/state/state-view';

/** What was heard of one partition. */
type Heard = {
  /** When its newest record was written, epoch milliseconds. */
  readonly written: number;
  /** When it was read, wall clock. */
  readonly at: number;
};

type Clock = {
  /** When a backlog began to be worked off last, wall clock. */
  readonly resumedAt: number;
  readonly partitions: Readonly<Record<string, Heard>>;
};

const CLOCK = 'p';
const BEGINNING: Clock = { resumedAt: 0, partitions: {} };

/** While a backlog is worked off every partition that has one is heard again and again within this time. */
const SILENT_MILLISECONDS = 30_000;
/** One that was read to its end is heard at once when there is more. */
const SILENT_AT_THE_END_MILLISECONDS = 3_000;
/** A record that is read so long after it was written is part of a backlog. */
const BACKLOG_MILLISECONDS = 60_000;

/** So soon after one backlog there is no other: clocks that differ would make one of every record. */
const NEXT_BACKLOG_MILLISECONDS = 600_000;

/**
 * The time up to which everything written is read, after a record that was written at `written`. Partitions are read at
 * paces of their own, and in a backlog one of them may be an hour ahead of another, so the slowest counts. One that has
 * not been heard of for a while has nothing more to say; a backlog begins with waiting for all that are known.
 */
export const advanceClock = (
  state: StateView,
  { partition, written, now }: { readonly partition: number; readonly written: number; readonly now: number },
): number => {
  const { resumedAt, partitions } = state.get<Clock>(CLOCK) ?? BEGINNING;
  const lastHeard = Math.max(0, ...Object.values(partitions).map(({ at }) => at));
  const resumes =
    now - written > BACKLOG_MILLISECONDS &&
    now - lastHeard >= SILENT_MILLISECONDS &&
    now - resumedAt >= NEXT_BACKLOG_MILLISECONDS;
  const before = partitions[partition]?.written ?? 0;
  const after: Clock = {
    resumedAt: resumes ? now : resumedAt,
    partitions: { ...partitions, [partition]: { written: Math.max(before, written), at: now } },
  };
  state.put(CLOCK, after);
  const isWaitedFor = (heard: Heard): boolean => {
    if (now - after.resumedAt < SILENT_MILLISECONDS) return true;
    const isBehind = heard.at - heard.written > BACKLOG_MILLISECONDS;
    return now - heard.at < (isBehind ? SILENT_MILLISECONDS : SILENT_AT_THE_END_MILLISECONDS);
  };
  const waitedFor = Object.values(after.partitions).filter(isWaitedFor);
  return Math.min(...waitedFor.map((heard) => heard.written));
};
