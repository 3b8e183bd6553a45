import type { CampaignLimits } from '@marketing-streams/domain/alerts/campaign-limits';
import { commonShape, taskShape } from '@marketing-streams/platform/common-config';
import { z } from 'zod';

/** Amounts in units of the reporting currency; null (or nothing): any. */
const limits = z.strictObject({
  cpa_above: z.number().positive().nullish(),
  spend_per_minute_above: z.number().positive().nullish(),
  no_clicks_minutes: z.number().int().min(1).max(60).nullish(),
});

type Limits = z.infer<typeof limits>;

/** A map of settings: as YAML has it, or as JSON from the environment. */
const asMap = (value: unknown): unknown => {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
};

/** Settings of the monitor. */
export const shape = {
  ...commonShape,
  ...taskShape,
  /** How long live and gold may say different things of a customer before that is told; they are looked at as often. */
  reconcile_after_ms: z.coerce.number().int().min(200).max(600_000),
  /** What every campaign may come to, all its channels together. */
  alert_limits: z.preprocess(asMap, limits),
  /** What replaces that for single campaigns, by name. */
  alert_limits_of_campaigns: z.preprocess(asMap, z.record(z.string(), limits)),
  /** From how many robust standard deviations on a minute counts as unusual. */
  anomaly_score: z.coerce.number().min(1).max(1_000),
  /** How many hours of the past say what is usual. */
  anomaly_hours: z.coerce.number().min(1).max(48),
};

const inCents = (amount: number | null | undefined): number | null =>
  amount == null ? null : Math.round(amount * 100);

/** The limits of a campaign: its own where it has some, null for one that is switched off, else everybody's. */
export const limitsOf =
  (everybody: Limits, own: Readonly<Record<string, Limits>>) =>
  (campaign: string): CampaignLimits => {
    const { cpa_above, spend_per_minute_above, no_clicks_minutes } = {
      ...everybody,
      ...(Object.hasOwn(own, campaign) ? own[campaign] : {}),
    };
    return {
      cpaAbove: inCents(cpa_above),
      spendPerMinuteAbove: inCents(spend_per_minute_above),
      noClicksMinutes: no_clicks_minutes ?? null,
    };
  };
