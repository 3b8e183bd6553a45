/** Length of the windows that rules look at, milliseconds. */
export const MINUTE = 60_000;

/** What a rule finds at the end of a minute. `between`: neither bad enough to begin nor good enough to end. */
export type Verdict = 'bad' | 'good' | 'between';

/** How many minutes in a row it takes, so that an alert does not flap. */
export type Patience = { readonly bad: number; readonly good: number };

/** Where a rule stands with one subject. */
export type AlertTrack = {
  /** First minute of the alert under way, epoch ms; null while there is none. */
  readonly firingSince: number | null;
  /** Minutes in a row that speak for a change. */
  readonly streak: number;
  /** The last minute that was looked at. */
  readonly minute: number;
};

/** A rule that has not looked at its subject yet. */
export const QUIET: AlertTrack = { firingSince: null, streak: 0, minute: 0 };

/** What a minute changed. */
export type TrackChange = 'firing' | 'resolved' | null;

/**
 * The track after one more minute. Minutes of which nothing is known break a row: what was half bad before a silence
 * says nothing together with what is half bad after it.
 */
export const track = (
  before: AlertTrack,
  verdict: Verdict,
  minute: number,
  patience: Patience,
): { readonly after: AlertTrack; readonly change: TrackChange } => {
  const isFiring = before.firingSince !== null;
  const row = before.minute === minute - MINUTE ? before.streak : 0;
  const streak = verdict === (isFiring ? 'good' : 'bad') ? row + 1 : 0;
  const after: AlertTrack = { ...before, streak, minute };
  if (streak < (isFiring ? patience.good : patience.bad)) return { after, change: null };
  if (isFiring) return { after: { firingSince: null, streak: 0, minute }, change: 'resolved' };
  const firingSince = minute - (streak - 1) * MINUTE;
  return { after: { firingSince, streak: 0, minute }, change: 'firing' };
};
