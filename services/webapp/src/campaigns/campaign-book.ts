import type { Alert } from '@marketing-streams/contracts/generated/alert';
import type { Cents } from '@marketing-streams/domain/money';
import type { WebappTables } from '../tables/webapp-tables.ts';
import { type CampaignQuery, GRAIN_MILLISECONDS } from './campaign-query.ts';
import { type Overview, overviewOf } from './overview.ts';
import { newestEnd, type Span, type Windows, windowsOf } from './span.ts';
import { indexWindows, type WindowRow } from './window-index.ts';

/** Events that no window holds, because it had closed when they came. */
type LateSum = { readonly events: number; readonly spend: Cents };

/** What is known of campaigns. */
export type CampaignBook = {
  readonly windows: Windows;
  readonly overview: (query: CampaignQuery) => Overview;
  /** The windows that a query's figures are made of, oldest first. */
  readonly windowsOf: (query: CampaignQuery, span: Span) => Iterable<WindowRow>;
  readonly late: (query: CampaignQuery, span: Span) => LateSum;
  /** Alerts about campaigns: those that hold, newest first, then the last that are over. */
  readonly alerts: (query: Pick<CampaignQuery, 'campaign' | 'channel'>) => readonly Alert[];
  /** When the newest window ends that is known, and when its newest record was written; null when there is none. */
  readonly newest: () => { readonly windowEnd: number; readonly writtenAt: number } | null;
  /** Calls back when anything of this may have changed; gives the way to stop that. */
  readonly onChange: (listener: () => void) => () => void;
};

/** The latest alerts that are over are shown for some time, so that nobody wonders where they went. */
const MOST_RESOLVED = 5;
const RESOLVED_SHOWN_MILLISECONDS = 24 * 3_600_000;

/** A book over the followed tables. */
export const createCampaignBook = (tables: WebappTables, clock: () => number): CampaignBook => {
  const { results, performance, lateEvents, alerts } = tables;
  const windows: Windows = {
    '1m': indexWindows(results, GRAIN_MILLISECONDS['1m'], () => true),
    '1h': indexWindows(performance, GRAIN_MILLISECONDS['1h'], ({ window }) => window === '1h'),
    '1d': indexWindows(performance, GRAIN_MILLISECONDS['1d'], ({ window }) => window === '1d'),
  };
  return {
    windows,
    overview: (query) => overviewOf(windows, query, clock()),
    windowsOf: (query, span) => windowsOf(windows, query, span),
    late: ({ campaign, channel }, { from, until }) => {
      let events = 0;
      let spend = 0;
      for (const late of lateEvents.rows()) {
        if (late.window_start < from || late.window_start >= until) continue;
        if (campaign !== null && late.campaign !== campaign) continue;
        if (channel !== null && late.channel !== channel) continue;
        events += late.events;
        spend += late.spend;
      }
      return { events, spend };
    },
    alerts: ({ campaign, channel }) => {
      const shown = [...alerts.rows()]
        .filter(
          ({ rule, subject }) =>
            rule.startsWith('campaign') &&
            (campaign === null || subject['campaign'] === campaign) &&
            (channel === null || subject['channel'] === undefined || subject['channel'] === channel),
        )
        .sort((a, b) => b.changed_at - a.changed_at);
      const firing = shown.filter(({ status }) => status === 'firing');
      const over = shown.filter(
        ({ status, changed_at }) =>
          status === 'resolved' && changed_at >= clock() - RESOLVED_SHOWN_MILLISECONDS,
      );
      return [...firing, ...over.slice(0, MOST_RESOLVED)];
    },
    newest: () => {
      const windowEnd = newestEnd(windows, clock());
      const writtenAt = results.newestAt() ?? performance.newestAt();
      return windowEnd === null || writtenAt === null ? null : { windowEnd, writtenAt };
    },
    onChange: (listener) => {
      const stops = [results, performance, lateEvents, alerts].map((table) =>
        table.onChange(() => listener()),
      );
      return () => {
        for (const stop of stops) stop();
      };
    },
  };
};
