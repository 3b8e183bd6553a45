import type { ReadinessCheck } from '@marketing-streams/platform/health';
import type { Logger } from '@marketing-streams/platform/logging';
import type { Metrics } from '@marketing-streams/platform/metrics';
import type { Actions } from '../actions/take-action.ts';
import type { CampaignSite } from '../campaigns/campaign-site.ts';
import type { WebappConfig } from '../config.ts';
import type { EventHub } from '../live/event-hub.ts';
import type { WorldStatus } from '../live/subscriptions.ts';
import type { PipelineSite } from '../pipeline/pipeline-site.ts';
import type { Renderer } from '../present/renderer.ts';
import type { SegmentSite } from '../segments/segment-site.ts';
import type { WebappTables } from '../tables/webapp-tables.ts';
import type { LiveView } from '../view/live-view.ts';

/** What every route is made of. */
export type WebContext = {
  readonly config: Pick<WebappConfig, 'writes_per_minute' | 'trusted_proxies' | 'overlay_timeout_ms'>;
  readonly sessionSecret: string;
  readonly view: LiveView;
  readonly tables: WebappTables;
  readonly campaigns: CampaignSite;
  readonly segments: SegmentSite;
  readonly pipeline: PipelineSite;
  readonly actions: Actions;
  readonly events: EventHub;
  readonly status: () => WorldStatus;
  readonly renderer: Renderer;
  readonly checks: Readonly<Record<string, ReadinessCheck>>;
  readonly metrics: Metrics;
  readonly logger: Logger;
};
