import { count, counted } from '../present/format.ts';
import type { Differences } from './differences.ts';
import type { PipelineLag } from './lag-watch.ts';
import type { PipelineTopics } from './pipeline-site.ts';

/** One sentence that says how live aggregation and gold compare, and how far that is to be trusted. */
export type Verdict = {
  readonly kind: 'good' | 'warn' | 'none';
  readonly text: string;
  readonly note: string;
};

/** What can be said of the comparison, never more than is known. */
export const verdictOf = (
  { differing, under_way }: Differences,
  customers: number,
  lag: PipelineLag | null,
  { consolidated, comparing }: Pick<PipelineTopics, 'consolidated' | 'comparing'>,
): Verdict => {
  const hop = lag?.hops.find((one) => one.hop.group === comparing);
  if (differing === 0 && under_way === 0) {
    if (hop?.state === 'absent')
      return { kind: 'none', text: 'Nothing is compared yet', note: 'No monitor has run here.' };
    if (lag?.emptyTopics.has(consolidated) === true) {
      const note = 'Live aggregation has published no customer: neither the service live nor ksqlDB.';
      return { kind: 'none', text: 'Nothing to compare yet', note };
    }
  }
  const isKnown = hop !== undefined && hop.state !== 'stopped';
  const everybody = customers === 1 ? 'the one customer' : `all ${count(customers)} customers`;
  const progress =
    hop === undefined
      ? 'How far the comparison has come is not known at the moment.'
      : hop.state === 'stopped'
        ? 'The monitor is not running: this is what it found last.'
        : hop.records > 0
          ? `${counted(hop.records, 'record')} still to be compared.`
          : null;
  const waiting = under_way === 0 ? null : `${counted(under_way, 'customer')} under way.`;
  if (differing > 0) {
    const text = `${counted(differing, 'customer')} differ${differing === 1 ? 's' : ''}`;
    const compared = progress ?? 'Everything that both have published is compared.';
    return { kind: 'warn', text, note: [compared, waiting].filter(Boolean).join(' ') };
  }
  const settled = `Live aggregation and gold say the same of ${everybody}.`;
  const note = [progress, waiting].filter(Boolean).join(' ') || settled;
  return { kind: isKnown ? 'good' : 'none', text: '0 differences', note };
};
