import type { MergeJob, MergeResult, MergeThresholds, OptimizeResult, TableMerges } from './merge-types.ts';

/** Merges that may be given up: another writer rearranges or restores the table at the same time. */
const MAX_GIVEN_UP = 3;

/**
 * Merges until nothing is left that pays, or `mostMerges` were made: the files that are there at the start take no
 * more, but others may write new ones faster than they are merged.
 */
export const optimizeTable = async (options: {
  readonly merges: TableMerges;
  readonly run: (job: MergeJob) => Promise<MergeResult>;
  readonly thresholds: MergeThresholds;
  readonly mostMerges: number;
}): Promise<OptimizeResult> => {
  const { merges, run, thresholds, mostMerges } = options;
  const total = { merges: 0, filesRemoved: 0, filesAdded: 0, rows: 0, bytesRemoved: 0, bytesAdded: 0 };
  const givenUp: string[] = [];
  while (total.merges < mostMerges && givenUp.length < MAX_GIVEN_UP) {
    const job = merges.next(thresholds);
    if (job === null) break;
    const outcome = await merges.commit(await run(job));
    if (outcome.kind === 'given-up') {
      givenUp.push(outcome.reason);
      continue;
    }
    total.merges++;
    total.filesRemoved += outcome.filesRemoved;
    total.filesAdded += outcome.filesAdded;
    total.rows += outcome.rows;
    total.bytesRemoved += outcome.bytesRemoved;
    total.bytesAdded += outcome.bytesAdded;
  }
  return { ...total, givenUp };
};
