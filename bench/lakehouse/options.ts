import type { Metric } from '../src/metric.ts';
import type { Workspace } from './workspace.ts';

/** How much is measured. */
export type BenchOptions = {
  /** Rows of the largest append. */
  readonly appendUpTo: number;
  /** Sizes of the tables upserted into. */
  readonly rows: readonly number[];
  /** Upserts measured at each size. */
  readonly batches: number;
  /** Upserts of the sustained run. */
  readonly sustainedBatches: number;
  /** Rows of the tables that are reopened, scanned and upserted into for long. */
  readonly tableRows: number;
  /** Commits of the log that is loaded. */
  readonly commits: number;
  /** Largest table that delta-rs merges into. */
  readonly mergeUpTo: number;
  /** Folder for CPU profiles of this package's processes. */
  readonly profile: string | undefined;
};

/** A part of the benchmark. */
export type Part = (workspace: Workspace, options: BenchOptions) => Promise<readonly Metric[]>;

/** Rows as part of a name: 10k, 1M. */
export const sizeName = (rows: number): string =>
  rows >= 1e6 ? `${rows / 1e6}M` : rows >= 1e3 ? `${rows / 1e3}k` : String(rows);
