import { type ThreadTime, threadTimesOf, usageOf } from './process-usage.ts';

/** What a process's threads do, by the names they carry: see `startThread` and the maintenance of tables. */
export const THREAD_GROUPS = ['transactions', 'table_sink', 'maintenance', 'rest'] as const;
type ThreadGroup = (typeof THREAD_GROUPS)[number];

/** CPU seconds of a process by what its threads did. */
export type ThreadShares = Readonly<Record<ThreadGroup, number>>;

/** CPU seconds of the whole process. */
export const cpuSecondsOf = (shares: ThreadShares): number =>
  THREAD_GROUPS.reduce((sum, group) => sum + shares[group], 0);

type Threads = ReadonlyMap<string, ThreadTime>;

/** Of threads that come and go (those of maintenance), what they use between two looks is not seen. */
const LOOK_EVERY_MILLISECONDS = 500;

const groupOf = (threadName: string): ThreadGroup => {
  if (threadName === 'MainThread') return 'transactions';
  if (threadName === 'table-sink') return 'table_sink';
  return threadName === 'maintenance' ? 'maintenance' : 'rest';
};

/**
 * What each group used. `last` is the last look at every thread that was ever seen, `total` what the whole process
 * used meanwhile: what no named thread accounts for (V8's helpers, libuv's pool, ends not seen) is the rest.
 */
export const sharesOf = (first: Threads, last: Threads, total: number): ThreadShares => {
  const shares = { transactions: 0, table_sink: 0, maintenance: 0, rest: 0 };
  for (const [id, { name, cpuSeconds }] of last) {
    shares[groupOf(name)] += cpuSeconds - (first.get(id)?.cpuSeconds ?? 0);
  }
  const named = shares.transactions + shares.table_sink + shares.maintenance;
  return { ...shares, rest: Math.max(0, total - named) };
};

/** What a process used between the meter's start and now, and the most anonymous memory it was seen with. */
export type MeteredProcess = { readonly shares: ThreadShares; readonly peakAnonymousBytes: number };

export type ThreadMeter<Name extends string> = {
  readonly stop: () => Readonly<Record<Name, MeteredProcess>>;
};

/** Watches processes by their pids until it is stopped; none of them may end meanwhile. */
export const startThreadMeter = <Name extends string>(
  pids: Readonly<Record<Name, number>>,
): ThreadMeter<Name> => {
  const watched = (Object.entries(pids) as [Name, number][]).map(([name, pid]) => {
    const first = threadTimesOf(pid);
    return { name, pid, first, last: new Map(first), cpuBefore: usageOf(pid).cpuSeconds, peak: 0 };
  });
  const look = (): void => {
    for (const one of watched) {
      for (const [id, time] of threadTimesOf(one.pid)) one.last.set(id, time);
      one.peak = Math.max(one.peak, usageOf(one.pid).anonymousBytes);
    }
  };
  const timer = setInterval(look, LOOK_EVERY_MILLISECONDS);
  return {
    stop: () => {
      clearInterval(timer);
      look();
      return Object.fromEntries(
        watched.map(({ name, pid, first, last, cpuBefore, peak }) => [
          name,
          {
            shares: sharesOf(first, last, usageOf(pid).cpuSeconds - cpuBefore),
            peakAnonymousBytes: peak,
          },
        ]),
      ) as Record<Name, MeteredProcess>;
    },
  };
};
