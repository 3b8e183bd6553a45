import { setTimeout as delay } from 'node:timers/promises';
import { isPlatformError } from '@marketing-streams/platform/errors';
import type { Logger } from '@marketing-streams/platform/logging';
import type { TableIntake } from './followed-table.ts';
import type { SavedCopy } from './table-saver.ts';
import type { TableStore } from './table-store.ts';

export type RestoreOptions = {
  readonly store: TableStore;
  readonly logger: Logger;
  /** Removes the copies instead. */
  readonly resetFirst: boolean;
  /** How long Redis and registry are waited for in all, milliseconds; default 2,000. */
  readonly patienceMilliseconds?: number;
};

const PATIENCE_MILLISECONDS = 2_000;
const AGAIN_MILLISECONDS = 25;

/** Reads Redis's copy of an empty table, if there is one. Throws REDIS_UNAVAILABLE. */
export const restoreTable = async (
  store: TableStore,
  intake: TableIntake,
  copies: Map<TableIntake, SavedCopy>,
): Promise<void> => {
  // Before the rows, which others may be adding to: positions must not be ahead of them.
  const saved = await store.state(intake.name);
  if (saved === null) return;
  for await (const rows of store.rows(intake.name)) {
    const values = rows.map(([, value]) => ({ value }));
    await intake.prepare(values);
    intake.restore(rows, { positions: new Map(), newestAt: null });
  }
  intake.restore([], saved);
  copies.set(intake, saved);
};

/**
 * Reads, or removes, the copies of all tables before anything else is read. A connection that is only being made
 * refuses every command: it is waited for a little, since without Kafka the copies are all there is to show.
 */
export const restoreTables = async (
  intakes: readonly TableIntake[],
  copies: Map<TableIntake, SavedCopy>,
  { store, logger, resetFirst, patienceMilliseconds = PATIENCE_MILLISECONDS }: RestoreOptions,
): Promise<void> => {
  const deadline = performance.now() + patienceMilliseconds;
  const restore = async (intake: TableIntake): Promise<void> => {
    try {
      if (resetFirst) await store.remove(intake.name);
      else await restoreTable(store, intake, copies);
    } catch (error) {
      if (!isPlatformError(error, 'REDIS_UNAVAILABLE', 'REGISTRY_UNAVAILABLE')) throw error;
      if (performance.now() >= deadline) {
        const { name: table } = intake;
        logger.warn({ table, reason: error.message }, 'no copy to be had: the table is read from its topic');
        return;
      }
      await delay(AGAIN_MILLISECONDS);
      await restore(intake);
    }
  };
  for (const intake of intakes) await restore(intake);
};
