import { openKeyIndex } from '../index/key-index.ts';
import { checkpointTable } from '../log/checkpoint.ts';
import { cleanUpLog } from '../log/clean-up-log.ts';
import { openStorage } from '../open-storage.ts';
import type { Storage } from '../storage.ts';
import type { MergeJob, MergeResult } from '../table/compaction/merge-types.ts';
import { runMerge } from '../table/compaction/run-merge.ts';
import { vacuumTable } from './vacuum.ts';

/** A piece of maintenance as plain data, for the worker thread. */
export type MaintenanceJob =
  | { readonly kind: 'merge'; readonly merge: MergeJob }
  | {
      readonly kind: 'checkpoint' | 'clean-up-log' | 'vacuum';
      readonly table: string;
      readonly location: string;
    };

export type JobReport = {
  /** What is to be committed, of a merge. */
  readonly merge: MergeResult | null;
  readonly filesRemoved: number;
  readonly filesAdded: number;
};

const NOTHING: JobReport = { merge: null, filesRemoved: 0, filesAdded: 0 };

/**
 * An upsert blocks its thread while another one holds the index's lock. It gets the lock soon when it is held for
 * milliseconds only, with pauses long enough for a waiting thread to wake up.
 */
const GENTLE = { keysPerTransaction: 200, pauseMilliseconds: 2 };

const mergeFiles = async (job: MergeJob, storage: Storage, signal: AbortSignal): Promise<JobReport> => {
  const index = job.index === null ? null : openKeyIndex(job.index.folder, GENTLE);
  try {
    const announce = index === null ? null : index.announce;
    return { ...NOTHING, merge: await runMerge(job, { storage, announce, clock: Date.now, signal }) };
  } finally {
    await index?.close();
  }
};

/** Carries out a job with nothing but what is in it. */
export const runJob = async (job: MaintenanceJob, signal: AbortSignal): Promise<JobReport> => {
  const storage = await openStorage(job.kind === 'merge' ? job.merge.location : job.location);
  switch (job.kind) {
    case 'merge':
      return mergeFiles(job.merge, storage, signal);
    case 'checkpoint':
      return { ...NOTHING, filesAdded: (await checkpointTable(storage)) === null ? 0 : 1 };
    case 'clean-up-log':
      return { ...NOTHING, filesRemoved: (await cleanUpLog(storage)).deleted.length };
    case 'vacuum':
      return { ...NOTHING, filesRemoved: (await vacuumTable(storage, { name: job.table })).files.length };
  }
};
