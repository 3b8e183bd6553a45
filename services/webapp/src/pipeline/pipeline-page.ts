import type { Reconciliation } from '@marketing-streams/contracts/generated/reconciliation';
import type { WorldStatus } from '../live/subscriptions.ts';
import { count, counted, money } from '../present/format.ts';
import type { Tile } from '../present/list-page.ts';
import type { WebappTables } from '../tables/webapp-tables.ts';
import type { LiveView } from '../view/live-view.ts';
import type { DeadLetters } from './dead-letter-watch.ts';
import { type Differences, differencesOf } from './differences.ts';
import type { HopState } from './hop-state.ts';
import { VIEW_HOP } from './hops.ts';
import type { HopLag, PipelineLag } from './lag-watch.ts';
import { type LateOfCampaign, lateEventsByCampaign } from './late-events.ts';
import type { PipelineSite, ViewHop } from './pipeline-site.ts';
import { type Verdict, verdictOf } from './verdict.ts';

/** What the page is made from. */
export type PipelineParts = {
  readonly pipeline: PipelineSite;
  readonly tables: Pick<WebappTables, 'reconciliation' | 'lateEvents'>;
  readonly view: LiveView;
  readonly status: () => WorldStatus;
};

/** Everything the page shows. */
export type PipelinePage = {
  readonly tiles: readonly Tile[];
  readonly lag: PipelineLag | null;
  /** Whether those figures are older than they should be, because Kafka does not answer. */
  readonly is_stale: boolean;
  /** Hops that somebody runs or once ran. */
  readonly hops: readonly HopLag[];
  /** Hops of the live aggregation without Kafka groups of their own: it runs in ksqlDB, or not at all. */
  readonly has_live_elsewhere: boolean;
  readonly verdict: Verdict;
  readonly differences: Differences;
  readonly more_differences: number;
  readonly late: readonly LateOfCampaign[];
  readonly more_late: number;
  readonly dead_letters: DeadLetters;
};

/** Figures are looked at every second while somebody looks at them. */
const STALE_MILLISECONDS = 5_000;
const LISTED_DIFFERENCES = 50;
const LISTED_LATE = 12;

/** How a hop does, in words. */
export const STATE_WORDS: Readonly<Record<HopState, string>> = {
  'caught-up': 'Up to date',
  working: 'Working',
  standing: 'Not moving',
  stopped: 'Not running',
  absent: 'Not here',
};

const CAUSE_WORDS: Readonly<Record<Reconciliation['cause'], string>> = {
  'under-way': 'under way',
  rejected: 'record rejected',
  misplaced: 'record on a wrong partition',
  overtaken: 'record overtaken by an older one',
  unknown: 'cause unknown',
};

/** What a cause means, in words. */
export const causeWords = (cause: Reconciliation['cause']): string => CAUSE_WORDS[cause];

const tilesOf = (
  hops: readonly HopLag[],
  lag: PipelineLag | null,
  differences: Differences,
  late: readonly LateOfCampaign[],
  deadLetters: DeadLetters,
): readonly Tile[] => {
  const unread = hops.reduce((sum, { records }) => sum + records, 0);
  const notRunning = hops.filter(({ state }) => state === 'stopped' || state === 'standing');
  const isExact = hops.every((hop) => hop.isExact);
  const events = late.reduce((sum, one) => sum + one.events, 0);
  const spend = late.reduce((sum, one) => sum + one.spend, 0);
  return [
    {
      label: 'Records not yet read',
      value: lag === null ? '–' : `${isExact ? '' : 'about '}${count(unread)}`,
      note:
        notRunning.length > 0
          ? `${counted(notRunning.length, 'hop')} not moving`
          : `over ${counted(hops.length, 'hop')}`,
    },
    {
      label: 'Live against gold',
      value: count(differences.differing),
      note: differences.differing === 1 ? 'customer differs' : 'customers differ',
    },
    { label: 'Late ad events', value: count(events), note: `${money(spend)} left out of results` },
    {
      label: 'Dead letters',
      value: `${deadLetters.isExact ? '' : 'over '}${count(deadLetters.count)}`,
      note: `${deadLetters.count === 1 ? 'record' : 'records'} refused for good`,
    },
  ];
};

/** The web app's own hop, as the others are told. */
const viewLag = ({ unread, kafkaProblem }: ViewHop): HopLag => {
  const records = unread();
  const state = records === 0 ? 'caught-up' : kafkaProblem() === null ? 'working' : 'standing';
  return { hop: VIEW_HOP, state, records, isExact: true, oldestAt: null, rate: 0 };
};

/** The page as it is now. */
export const pipelinePage = (
  { pipeline, tables, view }: PipelineParts,
  lag: PipelineLag | null,
): PipelinePage => {
  const known = (lag?.hops ?? []).filter(({ hop, state }) => state !== 'absent' || !hop.isOptional);
  const hops = lag === null ? [] : [...known, viewLag(pipeline.viewHop)];
  const is_stale =
    lag !== null && (pipeline.lag.problem() !== null || Date.now() - lag.at > STALE_MILLISECONDS);
  const differences = differencesOf(tables.reconciliation.rows(), LISTED_DIFFERENCES);
  const late = lateEventsByCampaign(tables.lateEvents.rows());
  const deadLetters = pipeline.deadLetters.latest();
  return {
    tiles: tilesOf(hops, lag, differences, late, deadLetters),
    lag,
    is_stale,
    hops,
    has_live_elsewhere: known.length < (lag?.hops.length ?? 0),
    verdict: verdictOf(differences, view.index.totals().customers, is_stale ? null : lag, pipeline.topics),
    differences,
    more_differences: differences.differing - differences.listed.length,
    late: late.slice(0, LISTED_LATE),
    more_late: Math.max(0, late.length - LISTED_LATE),
    dead_letters: deadLetters,
  };
};
