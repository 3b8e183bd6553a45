import type { Alert } from '@marketing-streams/contracts/generated/alert';
import type { CampaignResult } from '@marketing-streams/contracts/generated/campaign-result';
import { createJsonCodec, type JsonCodec } from '@marketing-streams/contracts/json-codec';
import { MINUTE } from '@marketing-streams/domain/alerts/alert-track';
import { firstUsualMinute } from '@marketing-streams/domain/alerts/campaign-anomalies';
import { from } from '@marketing-streams/stream/pipeline';
import type { ProcessorDefinition } from '@marketing-streams/stream/processor';
import type { StateView } from '@marketing-streams/stream/state/state-view';
import { drop, type Output, ok, type Step } from '@marketing-streams/stream/step';
import { decodeOrTombstone } from '@marketing-streams/stream/steps/decode';
import {
  ALERT_STATE,
  keepLookedAt,
  keepMinute,
  keepTrack,
  knownMinutes,
  lookedAt,
  type Subject,
  trackOf,
} from './state.ts';
import { type WatchSettings, watchMinute } from './watch-campaigns.ts';
import { advanceClock } from './written-clock.ts';

const INPUT_TOPIC = 'results';
/** Where alerts are published. */
const ALERT_TOPIC = 'ops.alerts';

/** Version of what is kept of minutes and rules. */
const RULE_VERSION = 'campaign-alerts-1';

/** A minute is looked at so long after its end: by then its events are there, but for stragglers. */
const SETTLE_MILLISECONDS = 10_000;

/**
 * More minutes than this are left to the next record: looking at one goes through all that is kept, some tenths of a
 * second with hundreds of campaigns. Every minute has a record at least, so that two a record catch up.
 */
const MINUTES_AT_ONCE = 2;

/** An alert may come a second later: a transaction a second spares the broker. */
const PACE_MILLISECONDS = 1_000;

export type AlertDependencies = WatchSettings & {
  readonly results: JsonCodec<CampaignResult>;
  readonly alerts: JsonCodec<Alert>;
  /** Told of every alert that begins or ends, when its transaction is sent. */
  readonly onAlert: (alert: Alert) => void;
};

export const createAlertCodecs = (): Pick<AlertDependencies, 'results' | 'alerts'> => ({
  results: createJsonCodec<CampaignResult>(INPUT_TOPIC),
  alerts: createJsonCodec<Alert>(ALERT_TOPIC),
});

const alertOutput = ({ alerts, onAlert }: AlertDependencies, alert: Alert): Output => ({
  topic: ALERT_TOPIC,
  key: alert.alert_id,
  value: () => {
    onAlert(alert);
    return alerts.encode(alert);
  },
});

/** The last minute that is over at this time. */
const lastMinute = (time: number): number =>
  Math.floor((time - SETTLE_MILLISECONDS) / MINUTE) * MINUTE - MINUTE;

/** Keeps a window's figures, unless they are too old to say anything. */
const keepResult = (
  { anomalies }: AlertDependencies,
  state: StateView,
  { campaign, channel, window_start, impressions, clicks, conversions, spend }: CampaignResult,
  over: number,
): void => {
  if (window_start < firstUsualMinute(anomalies, over)) return;
  keepMinute(state, { campaign, channel, minute: window_start }, { impressions, clicks, conversions, spend });
};

/**
 * Looks at every minute that has ended by this time and was not looked at before. Minutes of which nothing at all is
 * known are passed over: when the whole stream is silent, that says nothing of any campaign.
 */
const watchUntil = (dependencies: AlertDependencies, state: StateView, over: number): readonly Output[] => {
  const former = lookedAt(state);
  if (former !== undefined && over <= former) return [];
  if (former === undefined) {
    keepLookedAt(state, over);
    return [];
  }
  const all = knownMinutes(state, firstUsualMinute(dependencies.anomalies, over)).filter(
    (minute) => minute > former && minute <= over,
  );
  const due = all.slice(0, MINUTES_AT_ONCE);
  keepLookedAt(state, due.length < all.length ? due.at(-1)! : over);
  return due.flatMap((minute) =>
    watchMinute(dependencies, state, minute).map((alert) => alertOutput(dependencies, alert)),
  );
};

/**
 * The clock is when results were written (see `advanceClock`), but never ahead of ours: it goes on while campaigns do,
 * also when a backlog is worked off, and one event with a wrong time does not end everybody's minutes.
 */
const watchCampaigns = (dependencies: AlertDependencies): Step<CampaignResult | null, null> =>
  function watchCampaigns(result, { record, state, now }) {
    if (result === null) return drop('tombstone');
    const written = Math.min(record.timestamp, now);
    const over = lastMinute(advanceClock(state, { partition: record.partition, written, now }));
    keepResult(dependencies, state, result, over);
    return ok(null, watchUntil(dependencies, state, over));
  };

/**
 * Watches what campaigns come to, minute by minute, and says when a limit is passed or something is unusual, and when
 * it is over. One task, because a campaign's channels lie on several partitions.
 */
export const alertProcessor = (dependencies: AlertDependencies): ProcessorDefinition => ({
  name: 'campaign-alerts',
  ruleVersion: RULE_VERSION,
  state: ALERT_STATE,
  paceMilliseconds: PACE_MILLISECONDS,
  pipelines: [
    from(INPUT_TOPIC)
      .through(decodeOrTombstone(dependencies.results))
      .through(watchCampaigns(dependencies))
      .build(),
  ],
  rebuild: {
    sources: [
      {
        topic: INPUT_TOPIC,
        load: ({ value, timestamp }, state) => {
          if (value === null) return;
          const over = Math.max(lookedAt(state) ?? 0, lastMinute(timestamp));
          keepResult(dependencies, state, dependencies.results.decode(value), over);
          keepLookedAt(state, over);
        },
      },
      {
        topic: ALERT_TOPIC,
        load: ({ value }, state) => {
          if (value === null) return;
          const alert = dependencies.alerts.decode(value);
          const { alert_id, rule, severity, threshold, status, started_at, changed_at } = alert;
          const track = { rule, subject: alert.subject as Subject, streak: 0, minute: changed_at - MINUTE };
          // Alerts of one subject lie on several partitions, which come in any order.
          if (trackOf(state, rule, track.subject).minute > track.minute) return;
          const isFiring = status === 'firing';
          keepTrack(state, {
            ...track,
            firingSince: isFiring ? started_at : null,
            alert: isFiring ? { alert_id, severity, threshold } : null,
          });
        },
      },
    ],
    comparisons: [],
  },
});
