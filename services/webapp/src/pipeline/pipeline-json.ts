import { numberFromCents } from '@marketing-streams/domain/money';
import { iso } from '../present/format.ts';
import type { PipelinePage } from './pipeline-page.ts';

/** The state of the pipeline as the REST API gives it: times as ISO 8601, amounts in currency units. */
export const pipelineJson = ({ lag, hops, verdict, differences, late, dead_letters }: PipelinePage) => ({
  at: lag === null ? null : iso(lag.at),
  hops: hops.map(({ hop, state, records, isExact, oldestAt, rate }) => ({
    name: hop.group,
    service: hop.service,
    reads: hop.reads,
    state,
    unread_records: records,
    is_exact: isExact,
    oldest_unread_at: oldestAt === null ? null : iso(oldestAt),
    records_per_second: Math.round(rate),
  })),
  reconciliation: {
    says: verdict.text,
    note: verdict.note,
    customers_differing: differences.differing,
    customers_under_way: differences.under_way,
    by_cause: differences.by_cause,
    differences: differences.listed.map((row) => ({ ...row, since: iso(row.since) })),
  },
  late_events: late.map(({ spend, newest_window, ...sum }) => ({
    ...sum,
    spend: numberFromCents(spend),
    newest_window: iso(newest_window),
  })),
  dead_letters: {
    count: dead_letters.count,
    is_exact: dead_letters.isExact,
    newest: dead_letters.newest.map((refusal) => ({ ...refusal, failed_at: iso(refusal.failed_at) })),
  },
});
