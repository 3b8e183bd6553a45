import { type CampaignQuery, GRAIN_MILLISECONDS, type Grain, RANGES } from './campaign-query.ts';
import type { WindowIndex, WindowRow } from './window-index.ts';

/** The windows there are, by their length. */
export type Windows = Readonly<Record<Grain, WindowIndex>>;

/** The moments of a range, epoch milliseconds: the last windows known and those just before them. */
export type Span = {
  readonly from: number;
  readonly until: number;
  /** Of the period before, which ends where this one begins. */
  readonly previousFrom: number;
  readonly step: number;
  readonly grain: Grain;
};

const MINUTE = GRAIN_MILLISECONDS['1m'];

/** The next multiple: where a window or step that holds the moment before ends. */
export const upTo = (time: number, step: number): number => Math.ceil(time / step) * step;

/** The multiple before: where a window or step that holds the moment begins. */
export const downTo = (time: number, step: number): number => Math.floor(time / step) * step;

/** Where the newest window of the shortest kind known ends, at most the minute that is under way; null when there is none. */
export const newestEnd = (windows: Windows, now: number): number | null => {
  for (const grain of ['1m', '1h', '1d'] as const) {
    const start = windows[grain].newestStart(now);
    // An hour that is under way reaches into the future, of which nothing can be known.
    if (start !== null) return Math.min(start + GRAIN_MILLISECONDS[grain], upTo(now + 1, MINUTE));
  }
  return null;
};

/**
 * The span of a query: it ends with the newest window that is known, so that what is known stays in sight when nothing
 * new comes, and with the minute under way while events come.
 */
export const spanOf = (windows: Windows, { range, since }: CampaignQuery, now: number): Span => {
  const { length, step, grain } = RANGES[range];
  const end = newestEnd(windows, now) ?? now;
  const until = upTo(end, GRAIN_MILLISECONDS[grain]);
  const from = until - length;
  // Cleared: from the window that was under way.
  const clearedAt = since === null ? from : downTo(since, GRAIN_MILLISECONDS[grain]);
  return {
    from: Math.min(Math.max(from, clearedAt), until),
    until,
    previousFrom: from - length,
    step,
    grain,
  };
};

/** The windows of a query's span that its filters let through, oldest first. */
export function* windowsOf(windows: Windows, query: CampaignQuery, span: Span): Generator<WindowRow> {
  for (const row of windows[span.grain].between(span.from, span.until)) if (fits(row, query)) yield row;
}

/** Whether a query's filters let a window through. */
export const fits = (row: WindowRow, { campaign, channel }: CampaignQuery): boolean =>
  (campaign === null || row.campaign === campaign) && (channel === null || row.channel === channel);
