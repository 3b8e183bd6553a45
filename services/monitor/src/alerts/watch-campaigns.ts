import type { Alert } from '@marketing-streams/contracts/generated/alert';
import { structuredKey } from '@marketing-streams/contracts/row-key';
import { MINUTE, track } from '@marketing-streams/domain/alerts/alert-track';
import {
  type AnomalySettings,
  findingsOfAnomalies,
  firstUsualMinute,
} from '@marketing-streams/domain/alerts/campaign-anomalies';
import {
  addFigures,
  type CampaignFigures,
  NO_FIGURES,
} from '@marketing-streams/domain/alerts/campaign-figures';
import {
  type CampaignLimits,
  type Finding,
  findingsOfLimits,
} from '@marketing-streams/domain/alerts/campaign-limits';
import type { StateView } from '@marketing-streams/stream/state/state-view';
import {
  keepTrack,
  keptMinutes,
  keptTracks,
  knownMinutes,
  type StoredTrack,
  type Subject,
  trackOf,
} from './state.ts';

/** What campaigns are watched for. */
export type WatchSettings = {
  /** The limits of a campaign. */
  readonly limitsOf: (campaign: string) => CampaignLimits;
  readonly anomalies: AnomalySettings;
};

/** Figures of one subject by minute. */
type Watched = { readonly subject: Subject; readonly byMinute: Map<number, CampaignFigures> };

const nameOf = ({ campaign, channel }: Subject): string =>
  channel === undefined ? campaign : `${campaign} on ${channel}`;

const idOf = (rule: string, { campaign, channel }: Subject, started_at: number): string =>
  structuredKey({ rule, campaign, channel: channel ?? null, started_at }, [
    'rule',
    'campaign',
    'channel',
    'started_at',
  ]);

/** A finding's turn: the track after it, and the alert that begins or ends with it. */
const follow = (
  before: StoredTrack,
  finding: Finding,
  minute: number,
): { readonly after: StoredTrack; readonly alert: Alert | null } => {
  const { after, change } = track(before, finding.verdict, minute, finding.patience);
  const { rule, subject } = before;
  const told = {
    rule,
    subject,
    message: `${nameOf(subject)}: ${finding.words}`,
    value: finding.value,
    changed_at: minute + MINUTE,
  };
  if (change === 'firing') {
    const started_at = after.firingSince ?? minute;
    const { severity, threshold } = finding;
    const alert = { alert_id: idOf(rule, subject, started_at), severity, threshold };
    return {
      after: { ...before, ...after, alert },
      alert: { ...alert, ...told, status: 'firing', started_at },
    };
  }
  if (change === null || before.alert === null) return { after: { ...before, ...after }, alert: null };
  const started_at = before.firingSince ?? minute;
  const ended = { ...before.alert, ...told, threshold: finding.threshold };
  return {
    after: { ...before, ...after, alert: null },
    alert: { ...ended, status: 'resolved', started_at },
  };
};

/** A rule that can measure nothing any more lets its alert go. */
const nothingToMeasure = ({ rule, alert }: StoredTrack): Finding => ({
  rule,
  severity: alert?.severity ?? 'warning',
  verdict: 'good',
  patience: { bad: 1, good: 3 },
  value: 0,
  threshold: alert?.threshold ?? 0,
  words: 'there is nothing to measure any more',
});

const watchedIn = (state: StateView, first: number): ReadonlyMap<string, ReadonlyMap<string, Watched>> => {
  const campaigns = new Map<string, Map<string, Watched>>();
  for (const [{ campaign, channel, minute }, figures] of keptMinutes(state, first)) {
    const channels = campaigns.get(campaign) ?? new Map<string, Watched>();
    campaigns.set(campaign, channels);
    const watched = channels.get(channel) ?? { subject: { campaign, channel }, byMinute: new Map() };
    channels.set(channel, watched);
    watched.byMinute.set(minute, figures);
  }
  return campaigns;
};

/** All channels of a campaign together. */
const together = (channels: Iterable<Watched>): ReadonlyMap<number, CampaignFigures> => {
  const sums = new Map<number, CampaignFigures>();
  for (const { byMinute } of channels)
    for (const [minute, figures] of byMinute)
      sums.set(minute, addFigures(sums.get(minute) ?? NO_FIGURES, figures));
  return sums;
};

/**
 * Looks at a minute that is over: limits for each campaign, what is unusual for each campaign on each channel. Gives
 * the alerts that begin and end with it.
 */
export const watchMinute = (settings: WatchSettings, state: StateView, minute: number): readonly Alert[] => {
  const first = firstUsualMinute(settings.anomalies, minute);
  const known = knownMinutes(state, first);
  const alerts: Alert[] = [];
  const open = new Map([...keptTracks(state)].map((one) => [JSON.stringify([one.rule, one.subject]), one]));
  const take = (subject: Subject, finding: Finding): void => {
    open.delete(JSON.stringify([finding.rule, subject]));
    const { after, alert } = follow(trackOf(state, finding.rule, subject), finding, minute);
    keepTrack(state, after);
    if (alert !== null) alerts.push(alert);
  };
  for (const [campaign, channels] of watchedIn(state, first)) {
    const all = together(channels.values());
    for (const finding of findingsOfLimits(settings.limitsOf(campaign), all, minute))
      take({ campaign }, finding);
    for (const { subject, byMinute } of channels.values())
      for (const finding of findingsOfAnomalies(settings.anomalies, byMinute, known, minute))
        take(subject, finding);
  }
  for (const left of open.values()) take(left.subject, nothingToMeasure(left));
  return alerts;
};
