import type { Logger } from '@marketing-streams/platform/logging';
import { createFragmentHub, type FragmentHub } from '../live/fragment-hub.ts';
import type { WebappTables } from '../tables/webapp-tables.ts';
import { type CampaignBook, createCampaignBook } from './campaign-book.ts';
import { createResultHub, type ResultHub } from './result-hub.ts';

/** What the routes of campaigns are made of. */
export type CampaignSite = {
  readonly book: CampaignBook;
  /** Dashboards that are open. */
  readonly pages: FragmentHub;
  /** Programs that listen to windows. */
  readonly results: ResultHub;
  readonly close: () => Promise<void>;
};

/** Changes within this time reach a dashboard together. */
const COALESCE_MILLISECONDS = 30;

/** Campaigns over the followed tables. */
export const createCampaignSite = (tables: WebappTables, logger: Logger): CampaignSite => {
  // Before the hubs listen: what they render is up to date.
  const book = createCampaignBook(tables, Date.now);
  const pages = createFragmentHub(COALESCE_MILLISECONDS, logger);
  const results = createResultHub();
  const stops = [book.onChange(pages.changed), tables.results.onChange(results.changed)];
  return {
    book,
    pages,
    results,
    close: async () => {
      for (const stop of stops) stop();
      await Promise.all([pages.close(), results.close()]);
    },
  };
};
