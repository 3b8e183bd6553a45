import type { Cents } from '../money.ts';
import { MINUTE } from './alert-track.ts';

/** What a campaign came to within a minute, or within several. */
export type CampaignFigures = {
  readonly impressions: number;
  readonly clicks: number;
  readonly conversions: number;
  readonly spend: Cents;
};

/** Nothing at all. */
export const NO_FIGURES: CampaignFigures = { impressions: 0, clicks: 0, conversions: 0, spend: 0 };

/** Figures by the first moment of their minute, epoch ms; a minute without any is absent. */
export type FiguresByMinute = ReadonlyMap<number, CampaignFigures>;

export const addFigures = (a: CampaignFigures, b: CampaignFigures): CampaignFigures => ({
  impressions: a.impressions + b.impressions,
  clicks: a.clicks + b.clicks,
  conversions: a.conversions + b.conversions,
  spend: a.spend + b.spend,
});

/** The sum of the last minutes, `minute` being the last of them. */
export const figuresOf = (byMinute: FiguresByMinute, minute: number, minutes: number): CampaignFigures => {
  let sum = NO_FIGURES;
  for (let back = 0; back < minutes; back++) {
    const figures = byMinute.get(minute - back * MINUTE);
    if (figures !== undefined) sum = addFigures(sum, figures);
  }
  return sum;
};
