import type { SegmentDefinition } from '@marketing-streams/domain/rules/segments';
import type { Logger } from '@marketing-streams/platform/logging';
import { createFragmentHub, type FragmentHub } from '../live/fragment-hub.ts';
import type { WebappTables } from '../tables/webapp-tables.ts';
import type { LiveView } from '../view/live-view.ts';
import { createSegmentBook, type SegmentBook } from './segment-book.ts';
import { createSegmentSizes, type SegmentSizes } from './segment-sizes.ts';

/** What the pages of segments are made of. */
export type SegmentSite = {
  readonly book: SegmentBook;
  readonly sizes: SegmentSizes;
  /** The open pages, which change with customers and sizes. */
  readonly pages: FragmentHub;
  readonly close: () => Promise<void>;
};

export type SegmentSiteParts = {
  readonly definitions: readonly SegmentDefinition[];
  readonly view: LiveView;
  readonly tables: Pick<WebappTables, 'segmentSizes'>;
  readonly logger: Logger;
};

/** A page goes through all customers, so it is made at most twice a second. */
const COALESCE_MILLISECONDS = 500;

/** Begins to follow segments. */
export const createSegmentSite = ({ definitions, view, tables, logger }: SegmentSiteParts): SegmentSite => {
  const sizes = createSegmentSizes(tables.segmentSizes);
  const book = createSegmentBook({ definitions, index: view.index, sizes, clock: Date.now });
  const pages = createFragmentHub(COALESCE_MILLISECONDS, logger);
  const stopListening = [view.onChange(pages.changed), tables.segmentSizes.onChange(pages.changed)];
  return {
    book,
    sizes,
    pages,
    close: async () => {
      for (const stop of stopListening) stop();
      await pages.close();
    },
  };
};
