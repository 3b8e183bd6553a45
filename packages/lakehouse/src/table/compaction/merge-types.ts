import type { AddFile } from '../../log/actions.ts';
import type { TableSchema } from '../../schema/table-schema.ts';

/** When files are merged. */
export type MergeThresholds = {
  /** Files of one size class that make a merge worthwhile; default 16. */
  readonly minFiles?: number;
  /**
   * Rows hidden in files of which more than a fifth are, that make rewriting these files worthwhile; default 1, so
   * that each is rewritten.
   */
  readonly minHiddenRows?: number;
};

/**
 * A merge as plain data, so that it can be carried out in another thread: the visible rows of files of one partition
 * become one file.
 */
export type MergeJob = {
  /** The table's name for people. */
  readonly table: string;
  /** The table's root as `Storage.location` names it. */
  readonly location: string;
  readonly schema: TableSchema;
  readonly partitionColumns: readonly string[];
  /** Live files with the vectors they had when the merge was chosen, all of one partition. */
  readonly inputs: readonly AddFile[];
  /** Where the keys of the output are announced before it is committed; null for append tables. */
  readonly index: { readonly folder: string; readonly columns: TableSchema } | null;
};

/** Where the rows of an input lie in the output: its visible rows, in order, from `firstRow` on. */
export type MergeSource = {
  readonly file: AddFile;
  readonly firstRow: number;
  readonly rows: number;
};

/** What a merge made; nothing of it is part of the table until it is committed. */
export type MergeResult = {
  /** The written file; null when no row of the inputs was visible. */
  readonly output: AddFile | null;
  readonly sources: readonly MergeSource[];
};

/** What became of a merge. Given up, it has left no file behind and the table as it was. */
export type MergeOutcome =
  | {
      readonly kind: 'merged';
      readonly version: number;
      readonly filesRemoved: number;
      /** 1, or 0 when every row of the output was deleted meanwhile. */
      readonly filesAdded: number;
      /** Visible rows of the output. */
      readonly rows: number;
      readonly bytesRemoved: number;
      readonly bytesAdded: number;
    }
  | { readonly kind: 'given-up'; readonly reason: string };

/** What `optimize` did in all. */
export type OptimizeResult = {
  /** Merges that were committed, a commit each. */
  readonly merges: number;
  readonly filesRemoved: number;
  readonly filesAdded: number;
  /** Visible rows that were written anew. */
  readonly rows: number;
  readonly bytesRemoved: number;
  readonly bytesAdded: number;
  /** Why merges were given up, others having changed their files; empty when the table is as merged as it can be. */
  readonly givenUp: readonly string[];
};

/**
 * Merges of a table in steps, for callers that carry them out elsewhere: `next` → `runMerge` → `commit`. Merges only
 * move rows (`dataChange: false`) and never keep other calls waiting but for the commit.
 */
export type TableMerges = {
  /** The merge that pays now by what the table has in memory, or null. */
  readonly next: (thresholds?: MergeThresholds) => MergeJob | null;
  /**
   * Commits what `runMerge` made, in turn with the table's other calls: rows deleted meanwhile are hidden
   * in the output. Given up when rows of the inputs have become visible again, or the table's schema or protocol was
   * changed.
   */
  readonly commit: (result: MergeResult) => Promise<MergeOutcome>;
  /** Deletes what `runMerge` made, instead of committing it. */
  readonly discard: (result: MergeResult) => Promise<void>;
};
