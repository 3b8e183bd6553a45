import type { CampaignSeries } from '@marketing-streams/contracts/campaign-series';
import type { GoldCampaignPerformance } from '@marketing-streams/contracts/generated/gold-campaign-performance';
import type { SourceOffset } from '@marketing-streams/contracts/record';
import {
  addTallies,
  costPerAction,
  costPerClick,
  EMPTY_TALLY,
  eventsOf,
  replaceTally,
  sameTally,
  type Tally,
} from '@marketing-streams/domain/campaigns/tally';
import { ROLL_UPS, type RollUp, startOfWindow } from '@marketing-streams/domain/campaigns/window';
import { mergeSourceOffsets } from '@marketing-streams/domain/source-offsets';
import type { StateCodecs } from '@marketing-streams/stream/state/state-codec';
import type { StateView } from '@marketing-streams/stream/state/state-view';
import { type DayState, dayCodec, type HourState, hourCodec, type MinuteTally } from './hour-state.ts';

const HOURS = 'h';
const DAYS = 'd';

/** How the state is written. */
export const CAMPAIGN_PERFORMANCE_STATE: StateCodecs = { [HOURS]: hourCodec, [DAYS]: dayCodec };

/** A minute of a campaign on a channel as it is now, and where that was said. */
export type MinuteChange = CampaignSeries & {
  /** Epoch milliseconds. */
  readonly window_start: number;
  readonly tally: Tally;
  readonly source_offsets: readonly SourceOffset[];
};

const stateKey = (prefix: string, start: number, { campaign, channel }: CampaignSeries): string =>
  `${prefix}${start}/${campaign.length}:${campaign}${channel}`;

const rowOf = (
  { campaign, channel }: CampaignSeries,
  window: RollUp,
  window_start: number,
  { impressions, clicks, conversions, spend }: Tally,
  source_offsets: readonly SourceOffset[],
): GoldCampaignPerformance => {
  const tally = { impressions, clicks, conversions, spend };
  return {
    campaign,
    channel,
    window,
    window_start,
    window_end: window_start + ROLL_UPS[window],
    ...tally,
    cpc: costPerClick(tally),
    cpa: costPerAction(tally),
    source_offsets,
  };
};

const inOrder = (a: MinuteTally, b: MinuteTally): number => a.minute - b.minute;

/**
 * Takes what the minute came to before out of its hour and its day, and adds what it is now. Gives the rows of the
 * minute, the hour and the day; none when nothing changes.
 *
 * Nothing takes an event back, so a minute with fewer than are known is one that somebody began to count anew, from what
 * the input topic still holds: it is passed over until it has as many again.
 */
export const foldMinute = (state: StateView, change: MinuteChange): readonly GoldCampaignPerformance[] => {
  const { window_start, tally, source_offsets } = change;
  const hourStart = startOfWindow(window_start, ROLL_UPS['1h']);
  const dayStart = startOfWindow(window_start, ROLL_UPS['1d']);
  const hourKey = stateKey(HOURS, hourStart, change);
  const dayKey = stateKey(DAYS, dayStart, change);
  const hour = state.get<HourState>(hourKey) ?? { minutes: [], source_offsets: [] };
  const day = state.get<DayState>(dayKey) ?? { total: EMPTY_TALLY, source_offsets: [] };
  const minute = (window_start - hourStart) / ROLL_UPS['1m'];
  const before = hour.minutes.find((one) => one.minute === minute);
  if (before !== undefined && (sameTally(before, tally) || eventsOf(tally) < eventsOf(before))) return [];
  const others = hour.minutes.filter((one) => one !== before);
  const nextHour: HourState = {
    minutes: [...others, { minute, ...tally }].sort(inOrder),
    source_offsets: mergeSourceOffsets(hour.source_offsets, source_offsets),
  };
  const nextDay: DayState = {
    total: replaceTally(day.total, before ?? EMPTY_TALLY, tally),
    source_offsets: mergeSourceOffsets(day.source_offsets, source_offsets),
  };
  state.put(hourKey, nextHour);
  state.put(dayKey, nextDay);
  const hourTotal = nextHour.minutes.reduce<Tally>(addTallies, EMPTY_TALLY);
  return [
    rowOf(change, '1m', window_start, tally, source_offsets),
    rowOf(change, '1h', hourStart, hourTotal, nextHour.source_offsets),
    rowOf(change, '1d', dayStart, nextDay.total, nextDay.source_offsets),
  ];
};
