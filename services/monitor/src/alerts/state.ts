import { createCompactCodec } from '@marketing-streams/contracts/compact-codec';
import { structuredKey } from '@marketing-streams/contracts/row-key';
import { type AlertTrack, QUIET } from '@marketing-streams/domain/alerts/alert-track';
import type { CampaignFigures } from '@marketing-streams/domain/alerts/campaign-figures';
import type { StateCodecs } from '@marketing-streams/stream/state/state-codec';
import type { StateView } from '@marketing-streams/stream/state/state-view';

/** Where a campaign's figures of one minute belong. */
export type MinuteKey = { readonly campaign: string; readonly channel: string; readonly minute: number };

/** What an alert is about: a campaign, or a campaign on a channel. */
export type Subject = { readonly campaign: string; readonly channel?: string };

/** Where a rule stands with a subject, and what its alert under way is published under. */
export type StoredTrack = AlertTrack & {
  readonly rule: string;
  readonly subject: Subject;
  readonly alert: {
    readonly alert_id: string;
    readonly severity: 'warning' | 'critical';
    readonly threshold: number;
  } | null;
};

const MINUTES = 'm';
/** Minutes of which anything is known. */
const KNOWN = 'g';
const TRACKS = 't';
/** The last minute that was looked at. */
const LOOKED_AT = 'x';

/** How the state is written; the rest is JSON. */
export const ALERT_STATE: StateCodecs = {
  [MINUTES]: createCompactCodec<CampaignFigures>({
    type: 'record',
    name: 'Figures',
    fields: ['impressions', 'clicks', 'conversions', 'spend'].map((name) => ({ name, type: 'long' })),
  }),
};

export const keepMinute = (state: StateView, key: MinuteKey, figures: CampaignFigures): void => {
  state.put(MINUTES + structuredKey(key, ['campaign', 'channel', 'minute']), figures);
  if (state.get(KNOWN + key.minute) === undefined) state.put(KNOWN + key.minute, 1);
};

/** All minutes that are kept, and forgets those before `first`. */
export function* keptMinutes(
  state: StateView,
  first: number,
): Iterable<readonly [key: MinuteKey, figures: CampaignFigures]> {
  const old: string[] = [];
  for (const [key, figures] of state.range<CampaignFigures>(MINUTES)) {
    const parts = JSON.parse(key.slice(MINUTES.length)) as MinuteKey;
    if (parts.minute < first) old.push(key);
    else yield [parts, figures];
  }
  for (const key of old) state.remove(key);
}

/** The minutes of which anything is known, in order, and forgets those before `first`. */
export const knownMinutes = (state: StateView, first: number): readonly number[] => {
  const all = [...state.range<number>(KNOWN)].map(([key]) => Number(key.slice(KNOWN.length)));
  for (const minute of all) if (minute < first) state.remove(KNOWN + minute);
  return all.filter((minute) => minute >= first);
};

const trackKey = (rule: string, { campaign, channel }: Subject): string =>
  TRACKS + JSON.stringify([rule, campaign, channel ?? null]);

export const trackOf = (state: StateView, rule: string, subject: Subject): StoredTrack =>
  state.get<StoredTrack>(trackKey(rule, subject)) ?? { ...QUIET, rule, subject, alert: null };

/** Keeps where a rule stands; one that is quiet and has nothing in a row needs no keeping. */
export const keepTrack = (state: StateView, track: StoredTrack): void => {
  const key = trackKey(track.rule, track.subject);
  if (track.firingSince !== null || track.streak > 0) state.put(key, track);
  else if (state.get(key) !== undefined) state.remove(key);
};

/** Every rule that stands with a subject at all. */
export function* keptTracks(state: StateView): Iterable<StoredTrack> {
  for (const [, track] of state.range<StoredTrack>(TRACKS)) yield track;
}

/** The last minute that was looked at; undefined before the first. */
export const lookedAt = (state: StateView): number | undefined => state.get<number>(LOOKED_AT);

export const keepLookedAt = (state: StateView, minute: number): void => state.put(LOOKED_AT, minute);
