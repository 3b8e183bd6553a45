import { isPlatformError } from '@marketing-streams/platform/errors';
import type { Logger } from '@marketing-streams/platform/logging';
import type { TableIntake } from './followed-table.ts';
import type { SavedTable, TableStore } from './table-store.ts';

/** The copy in Redis that a table is saved to. */
export type SavedCopy = Pick<SavedTable, 'generation' | 'clusterId'>;

export type TableSaverOptions = {
  readonly store: TableStore;
  readonly intakes: readonly TableIntake[];
  /** The copies that are taken up; the saver removes one that is no longer there. */
  readonly copies: Map<TableIntake, SavedCopy>;
  readonly logger: Logger;
  /** Called when a copy has to be taken up anew. */
  readonly onLost: (name: string) => void;
  readonly onError: (error: unknown) => void;
};

/** How long a change may be in memory only: what a process that is killed reads again. */
const SAVE_MILLISECONDS = 500;
/** How often it is looked whether the copy of a table that does not change is still there. */
const LOOK_MILLISECONDS = 2_000;

/** Writes what changed in tables to their copies, again and again. */
export const startTableSaver = (options: TableSaverOptions): { readonly stop: () => Promise<void> } => {
  const { store, intakes, copies, logger, onLost, onError } = options;
  let saving: Promise<void> | undefined;
  let failing = false;
  const lookedAt = new Map<TableIntake, number>();

  const saveTable = async (intake: TableIntake, isLast: boolean): Promise<void> => {
    const copy = copies.get(intake);
    if (copy === undefined) {
      // Redis was away when the copy was to be taken up: an answer says that it is back.
      await store.state(intake.name);
      onLost(intake.name);
      return;
    }
    const unsaved = intake.unsaved();
    const now = performance.now();
    const hasRest = now - (lookedAt.get(intake) ?? Number.NEGATIVE_INFINITY) < LOOK_MILLISECONDS;
    if (unsaved.rows.size === 0 && hasRest && !isLast) return;
    lookedAt.set(intake, now);
    try {
      if ((await store.save(intake.name, copy.generation, unsaved)) === 'saved') return;
    } catch (error) {
      intake.notSaved(unsaved.rows);
      throw error;
    }
    intake.notSaved(unsaved.rows);
    // Unless another one was taken up meanwhile.
    if (copies.get(intake) !== copy) return;
    copies.delete(intake);
    onLost(intake.name);
  };

  const save = async (isLast: boolean): Promise<void> => {
    try {
      for (const intake of intakes) await saveTable(intake, isLast);
      failing = false;
    } catch (error) {
      if (!isPlatformError(error, 'REDIS_UNAVAILABLE')) onError(error);
      else if (!failing) logger.warn({ reason: error.message }, 'followed tables are not copied to Redis');
      failing = true;
    }
  };

  const timer = setInterval(() => {
    saving ??= save(false).finally(() => {
      saving = undefined;
    });
  }, SAVE_MILLISECONDS);

  return {
    stop: async () => {
      clearInterval(timer);
      await saving;
      await save(true);
    },
  };
};
