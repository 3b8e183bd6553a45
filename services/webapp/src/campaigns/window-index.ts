import type { FollowedTable } from '../tables/followed-table.ts';
import type { Figures } from './figures.ts';

/** What a campaign came to on a channel within a window that begins at `window_start`, epoch milliseconds. */
export type WindowRow = Figures & {
  readonly campaign: string;
  readonly channel: string;
  readonly window_start: number;
};

/** Windows of one length by when they begin, so that a range costs what it holds and not what there is. */
export type WindowIndex = {
  /** The rows of windows that begin at `from` or later and before `until`, oldest window first. */
  readonly between: (from: number, until: number) => Iterable<WindowRow>;
  /** When the newest window begins that does not lie after `now`; null when there is none. */
  readonly newestStart: (now: number) => number | null;
  /** When the oldest window begins; null when there is none. */
  readonly oldestStart: () => number | null;
  readonly size: () => number;
};

/**
 * An index that follows a table, which must be empty yet.
 * @param windowMilliseconds length of the windows, which begin at multiples of it
 * @param belongs which of the table's rows are windows of this length
 */
export const indexWindows = <Row extends WindowRow>(
  table: Pick<FollowedTable<Row>, 'onChange'>,
  windowMilliseconds: number,
  belongs: (row: Row) => boolean,
): WindowIndex => {
  const windows = new Map<number, Map<string, WindowRow>>();
  const startOf = new Map<string, number>();

  const remove = (key: string): void => {
    const start = startOf.get(key);
    if (start === undefined) return;
    startOf.delete(key);
    const window = windows.get(start);
    window?.delete(key);
    if (window?.size === 0) windows.delete(start);
  };
  const put = (key: string, row: Row): void => {
    const start = row.window_start;
    if (startOf.get(key) !== start) remove(key);
    startOf.set(key, start);
    let window = windows.get(start);
    if (window === undefined) {
      window = new Map();
      windows.set(start, window);
    }
    window.set(key, row);
  };
  table.onChange((changes) => {
    for (const { key, row } of changes) {
      if (row !== null && belongs(row)) put(key, row);
      else remove(key);
    }
  });

  return {
    between: function* (from, until) {
      const first = Math.ceil(from / windowMilliseconds) * windowMilliseconds;
      if ((until - first) / windowMilliseconds > windows.size) {
        const starts = [...windows.keys()].filter((start) => start >= first && start < until);
        for (const start of starts.sort((a, b) => a - b)) yield* windows.get(start)!.values();
        return;
      }
      for (let start = first; start < until; start += windowMilliseconds) {
        const window = windows.get(start);
        if (window !== undefined) yield* window.values();
      }
    },
    newestStart: (now) => {
      let newest: number | null = null;
      for (const start of windows.keys()) if (start <= now && start > (newest ?? -1)) newest = start;
      return newest;
    },
    oldestStart: () => {
      let oldest: number | null = null;
      for (const start of windows.keys()) if (oldest === null || start < oldest) oldest = start;
      return oldest;
    },
    size: () => startOf.size,
  };
};
