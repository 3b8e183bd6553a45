import type { Logger } from '@marketing-streams/platform/logging';
import type { KafkaClient } from '@marketing-streams/stream/kafka/api';
import { createFragmentHub, type FragmentHub } from '../live/fragment-hub.ts';
import type { WebappTables } from '../tables/webapp-tables.ts';
import {
  createDeadLetterWatch,
  type DeadLetterWatch,
  type DeadLetterWatchParts,
} from './dead-letter-watch.ts';
import { HOPS, type Hop } from './hops.ts';
import { type LagWatch, startLagWatch } from './lag-watch.ts';

/** Where the pipeline's own figures come from. */
export type PipelineTopics = {
  readonly hops: readonly Hop[];
  readonly deadLetters: string;
  /** What live aggregation publishes: without it there is nothing to compare with gold. */
  readonly consolidated: string;
  /** The group that compares the two. */
  readonly comparing: string;
};

/** The catalogue's. */
export const PIPELINE_TOPICS: PipelineTopics = {
  hops: HOPS,
  deadLetters: 'dead-letter-queue',
  consolidated: 'dom.customer.consolidated.v1',
  comparing: 'reconciliation',
};

/** The last hop, which keeps its positions in Redis and therefore speaks for itself. */
export type ViewHop = { readonly unread: () => number; readonly kafkaProblem: () => string | null };

/** What the page of the pipeline is made of. */
export type PipelineSite = {
  readonly viewHop: ViewHop;
  readonly topics: PipelineTopics;
  readonly lag: LagWatch;
  readonly deadLetters: DeadLetterWatch;
  /** The open pages; while there are any, lag and dead letters are looked at once a second. */
  readonly pages: FragmentHub;
  readonly close: () => Promise<void>;
};

export type PipelineSiteParts = {
  readonly topics: PipelineTopics;
  readonly kafka: KafkaClient;
  readonly deadLetterCodec: DeadLetterWatchParts['codec'];
  readonly tables: Pick<WebappTables, 'reconciliation' | 'lateEvents'>;
  readonly viewHop: ViewHop;
  readonly logger: Logger;
};

const COALESCE_MILLISECONDS = 250;

/** Begins to follow the pipeline; nothing is asked of Kafka until somebody looks. */
export const createPipelineSite = (parts: PipelineSiteParts): PipelineSite => {
  const { topics, kafka, deadLetterCodec, tables, viewHop, logger } = parts;
  const pages = createFragmentHub(COALESCE_MILLISECONDS, logger);
  const deadLetters = createDeadLetterWatch({
    kafka,
    topic: topics.deadLetters,
    codec: deadLetterCodec,
    logger,
  });
  const lag = startLagWatch({
    kafka,
    hops: topics.hops,
    logger,
    onLook: () => {
      if (pages.listeners() === 0) return;
      pages.changed();
      // Hangs as long as Kafka does.
      void deadLetters.update().then(pages.changed);
    },
  });
  const stopListening = [
    tables.reconciliation.onChange(pages.changed),
    tables.lateEvents.onChange(pages.changed),
  ];
  return {
    topics,
    viewHop,
    lag,
    deadLetters,
    pages,
    close: async () => {
      for (const stop of stopListening) stop();
      await pages.close();
      await Promise.all([lag.stop(), deadLetters.stop()]);
    },
  };
};
