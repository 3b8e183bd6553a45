import type { CampaignResult } from '@marketing-streams/contracts/generated/campaign-result';

/** What the driver looks at in a campaign's window: amounts as on the topic, in currency units. */
export type CampaignFigures = Pick<
  CampaignResult,
  'campaign' | 'channel' | 'window_start' | 'impressions' | 'clicks' | 'conversions' | 'spend'
>;
