import { isPlatformError, messageOf, PlatformError } from '@marketing-streams/platform/errors';
import { EMPTY_ROW_SET, type RowSet } from '../../deletion-vector/row-set.ts';
import { loadVector, storeVectors } from '../../deletion-vector/vector-storage.ts';
import { type AddFile, type DeletionVectorDescriptor, vectorId } from '../../log/actions.ts';
import { allowsDeletionVectors } from '../../log/features.ts';
import { dataFileKey, decodeDataPath } from '../../log/log-paths.ts';
import type { PlannedCommit } from '../../log/table-log.ts';
import { looseStats, physicalRows, removeOf } from '../data-files.ts';
import { isCertain } from '../new-commit.ts';
import { requireUnchanged, type TableContext } from '../table-context.ts';
import type { MergeOutcome, MergeResult } from './merge-types.ts';
import { rebaseMerge } from './rebase.ts';

/** Each time another writer is first, the merge is rebased if need be; a rebase takes milliseconds. */
const MOST_ATTEMPTS = 50;

type Rebased = {
  readonly commit: PlannedCommit;
  /** The output as it is to be committed, null when none of its rows is visible any more. */
  readonly output: AddFile | null;
  readonly hidden: RowSet;
  readonly live: readonly AddFile[];
  readonly vectorFile: string | null;
};

const giveUp = (context: TableContext, why: string): PlatformError =>
  new PlatformError('DELTA_CONFLICT', `${context.name}: a merge is given up, ${why}`);

/** Vectors as they were when the inputs were read, loaded once and only where they have changed. */
const loaderOfFormer = (context: TableContext): ((file: AddFile) => Promise<RowSet>) => {
  const loaded = new Map<AddFile, Promise<RowSet>>();
  return (file) => {
    if (file.deletionVector === undefined) return Promise.resolve(EMPTY_ROW_SET);
    const known = loaded.get(file) ?? loadVector(context.layout.storage, file.deletionVector);
    loaded.set(file, known);
    return known;
  };
};

/** Rows of the output that others have hidden since the inputs were read. */
const hiddenMeanwhile = async (
  context: TableContext,
  result: MergeResult,
  former: (file: AddFile) => Promise<RowSet>,
): Promise<RowSet> => {
  const { files } = context.log.snapshot();
  const inputs = await Promise.all(
    result.sources.map(async ({ file, firstRow, rows }) => {
      const now = files.get(dataFileKey(file.path));
      if (now !== undefined && vectorId(now.deletionVector) === vectorId(file.deletionVector))
        return { firstRow, rows, hiddenThen: EMPTY_ROW_SET, hiddenNow: EMPTY_ROW_SET };
      if (now === undefined) return { firstRow, rows, hiddenThen: EMPTY_ROW_SET, hiddenNow: null };
      return {
        firstRow,
        rows,
        hiddenThen: await former(file),
        hiddenNow: await context.vectors.get(now),
      };
    }),
  );
  const hidden = rebaseMerge(inputs);
  if (hidden === null) throw giveUp(context, 'rows of its files have become visible again');
  return hidden;
};

const outputAction = (
  output: AddFile | null,
  hidden: RowSet,
  deletionVector: DeletionVectorDescriptor | undefined,
): AddFile | null => {
  if (output === null) return null;
  const rows = physicalRows(output)!;
  if (hidden.size === rows) return null;
  return deletionVector === undefined
    ? output
    : { ...output, stats: looseStats(output, rows), deletionVector };
};

const rebase = async (
  context: TableContext,
  result: MergeResult,
  former: (file: AddFile) => Promise<RowSet>,
): Promise<Rebased> => {
  requireUnchanged(context);
  const { files } = context.log.snapshot();
  const hidden = await hiddenMeanwhile(context, result, former);
  const live = result.sources.flatMap(({ file }) => files.get(dataFileKey(file.path)) ?? []);
  if (live.length === 0) throw giveUp(context, 'none of its files is part of the table any more');
  const needsVector = hidden.size > 0 && hidden.size < physicalRows(result.output!)!;
  if (needsVector && !allowsDeletionVectors(context.protocol, context.metadata))
    throw giveUp(context, 'rows were deleted meanwhile and the table allows no deletion vectors');
  const stored = await storeVectors(context.layout.storage, needsVector ? [hidden] : []);
  const output = outputAction(result.output, hidden, stored.descriptors[0]);
  const now = context.clock();
  return {
    output,
    hidden,
    live,
    vectorFile: stored.file,
    commit: {
      operation: 'OPTIMIZE',
      operationParameters: {},
      operationMetrics: {
        numRemovedFiles: live.length,
        numAddedFiles: output === null ? 0 : 1,
        numRemovedBytes: bytesOf(live),
        numAddedBytes: output?.size ?? 0,
      },
      actions: [
        ...live.map((file) => ({ remove: removeOf(file, { dataChange: false, now }) })),
        ...(output === null ? [] : [{ add: output }]),
      ],
    },
  };
};

const bytesOf = (files: readonly AddFile[]): number => files.reduce((bytes, { size }) => bytes + size, 0);

const discard = (context: TableContext, path: string | null | undefined): Promise<void> =>
  path ? context.layout.storage.delete(path).catch(() => {}) : Promise.resolve();

/** Deletes the output of a merge that is not committed; what cannot be deleted is an orphan that vacuum takes. */
export const discardMerge = async (context: TableContext, { output }: MergeResult): Promise<void> => {
  if (output === null) return;
  context.keys?.index.forget([dataFileKey(output.path)]);
  await discard(context, decodeDataPath(output.path));
};

/**
 * Tells the index, so that the next upsert need not look at the log. It refuses an output that was not announced to
 * it, or to a folder that was lost meanwhile: then it reads the output when it catches up.
 */
const advanceIndex = (context: TableContext, { output, live }: Rebased): void => {
  const { keys, metadata } = context;
  if (keys === null) return;
  const { version } = context.log.snapshot();
  const tableId = metadata.id;
  keys.index.advance(
    { tableId, version: version - 1 },
    { tableId, version },
    {
      added: [],
      announced: output === null ? [] : [dataFileKey(output.path)],
      gone: live.map(({ path }) => dataFileKey(path)),
      deletedKeys: [],
    },
  );
};

/** Commits what `runMerge` made; see `TableMerges.commit`. */
export const commitMerge = async (context: TableContext, result: MergeResult): Promise<MergeOutcome> => {
  const former = loaderOfFormer(context);
  let rebased: Rebased | undefined;
  let planned = false;
  try {
    await context.log.commit(
      'rearrange',
      async () => {
        await discard(context, rebased?.vectorFile);
        rebased = undefined;
        planned = false;
        rebased = await rebase(context, result, former);
        planned = true;
        return rebased.commit;
      },
      MOST_ATTEMPTS,
    );
  } catch (error) {
    // What fails before there is anything to commit has committed nothing, whatever it is.
    if (planned && !isCertain(error)) throw error;
    await discard(context, rebased?.vectorFile);
    await discardMerge(context, result);
    if (!isPlatformError(error, 'DELTA_CONFLICT')) throw error;
    return { kind: 'given-up', reason: messageOf(error) };
  }
  const { output, hidden, live } = rebased!;
  if (output?.deletionVector !== undefined) context.vectors.keep(output.path, output.deletionVector, hidden);
  if (output === null) await discardMerge(context, result);
  advanceIndex(context, rebased!);
  context.vectors.forgetExcept(context.log.snapshot().files);
  await context.log.checkpointIfDue();
  return {
    kind: 'merged',
    version: context.log.snapshot().version,
    filesRemoved: live.length,
    filesAdded: output === null ? 0 : 1,
    rows: output === null ? 0 : physicalRows(output)! - hidden.size,
    bytesRemoved: bytesOf(live),
    bytesAdded: output?.size ?? 0,
  };
};
