import type { AdTrafficOptions } from '@marketing-streams/domain/simulation/ad-traffic';
import { commonShape } from '@marketing-streams/platform/common-config';
import { PlatformError } from '@marketing-streams/platform/errors';
import { z } from 'zod';

const weight = z.coerce.number().min(0).max(1_000_000);

/** Settings of the producer. */
export const shape = {
  ...commonShape,
  /** Events a second once the company's past is told; fractions are fine. */
  rate: z.coerce.number().positive().max(100_000),
  /** Decides who the customers are and what they do: the same seed gives the same company. */
  seed: z.coerce.number().int().min(0).max(4_294_967_295),
  /** Customers of the last 400 days that are there from the beginning; 0 starts with nobody. */
  customers: z.coerce.number().int().min(0).max(1_000_000),
  /** Ad events a second on the day's average, a third more in the evening and less in the morning; 0 is none. */
  ad_rate: z.coerce.number().min(0).max(100_000),
  /** How often an advertisement is seen, clicked, and leads to a conversion: shares of the three's sum. */
  ad_impression_weight: weight,
  ad_click_weight: weight,
  ad_conversion_weight: weight,
};

type AdSettings = Readonly<
  Record<'ad_rate' | 'ad_impression_weight' | 'ad_click_weight' | 'ad_conversion_weight', number>
>;

/** The weights of what happens to an advertisement. Throws CONFIG_INVALID when nothing may happen to any. */
export const adWeights = (settings: AdSettings): AdTrafficOptions['weights'] => {
  const weights = {
    impression: settings.ad_impression_weight,
    click: settings.ad_click_weight,
    conversion: settings.ad_conversion_weight,
  };
  if (settings.ad_rate === 0 || Object.values(weights).some((one) => one > 0)) return weights;
  throw new PlatformError(
    'CONFIG_INVALID',
    'config of producer: ad_impression_weight, ad_click_weight and ad_conversion_weight are all 0: give one of them a weight, or set ad_rate (AD_RATE) to 0',
  );
};
