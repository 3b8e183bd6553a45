import type { LateEvents } from '@marketing-streams/contracts/generated/late-events';
import type { Cents } from '@marketing-streams/domain/money';

/** Events that came after their window's grace; amounts in cents. */
type LateTotal = {
  readonly events: number;
  readonly spend: Cents;
  /** Windows they belonged to. */
  readonly windows: number;
  /** First moment of the newest of those windows, epoch milliseconds. */
  readonly newest_window: number;
};

/** Late events of a campaign on a channel. */
export type LateOfCampaign = LateTotal & { readonly campaign: string; readonly channel: string };

/** Late events per campaign and channel, most first. */
export const lateEventsByCampaign = (rows: Iterable<LateEvents>): readonly LateOfCampaign[] => {
  const sums = new Map<string, LateOfCampaign & { readonly starts: Set<number> }>();
  for (const { campaign, channel, window_start, events, spend } of rows) {
    const key = JSON.stringify([campaign, channel]);
    const before = sums.get(key);
    // Each partition of the input counts its own: a window may have several rows.
    const starts = (before?.starts ?? new Set<number>()).add(window_start);
    sums.set(key, {
      campaign,
      channel,
      events: (before?.events ?? 0) + events,
      spend: (before?.spend ?? 0) + spend,
      windows: starts.size,
      newest_window: Math.max(before?.newest_window ?? 0, window_start),
      starts,
    });
  }
  return [...sums.values()]
    .map(({ starts: _starts, ...sum }) => sum)
    .sort((a, b) => b.events - a.events || (a.campaign < b.campaign ? -1 : 1));
};
