import { linkSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeBaseFiles } from './base-files.ts';
import { CUSTOMERS, consecutive, picked, plainCustomers } from './customers.ts';
import { duckdb, quoted } from './duckdb.ts';
import { startDeltaRs, startOurs } from './engine.ts';

/** Folders of two tables with the same rows in the same data files (hard links). */
export type Tables = { readonly ours: string; readonly theirs: string };

/** Where the measured tables lie, and what fills them. */
export type Workspace = {
  /** A path of its own for one more table, index or file. */
  readonly fresh: (name: string) => string;
  /** A file with `count` customers, a line of plain JSON each. */
  readonly newRows: (count: number) => Promise<string>;
  /** The same of new revisions of `count` random customers below `limit`. */
  readonly batch: (count: number, limit: number, seed: number) => Promise<string>;
  /** A table of customers 0 to `rows` for each side; ours has deletion vectors when it is to be upserted. */
  readonly tables: (rows: number, rowsPerFile: number, kind: 'append' | 'upsert') => Promise<Tables>;
  readonly remove: (...paths: readonly string[]) => void;
};

const commitPath = (version: number): string => `_delta_log/${String(version).padStart(20, '0')}.json`;

const createTheirs = async (path: string): Promise<void> => {
  const engine = await startDeltaRs();
  await engine.run({ do: 'create', path, columns: CUSTOMERS });
  await engine.stop();
};

const createOurs = async (path: string, indexDir: string | null): Promise<void> => {
  const engine = startOurs();
  await engine.run({ do: 'open', path, ...(indexDir === null ? {} : { indexDir }) });
  await engine.stop();
};

/** A workspace in a temporary folder, which `dispose` removes. */
export const createWorkspace = (): Workspace & { readonly dispose: () => void } => {
  const root = mkdtempSync(join(tmpdir(), 'marketing-streams-bench-lakehouse-'));
  let count = 0;
  const fresh = (name: string): string => join(root, `${name}-${count++}`);
  const remove = (...paths: readonly string[]): void => {
    for (const path of paths) rmSync(path, { recursive: true, force: true });
  };
  const json = async (select: string): Promise<string> => {
    const file = fresh('rows');
    await (await duckdb()).run(`COPY (${select}) TO ${quoted(file)} (FORMAT json)`);
    return file;
  };
  return {
    fresh,
    remove,
    newRows: (rows) => json(plainCustomers(consecutive(0, rows))),
    batch: (rows, limit, seed) => json(plainCustomers(picked(rows, limit, seed))),
    tables: async (rows, rowsPerFile, kind) => {
      const [data, ours, theirs] = [fresh('data'), fresh('ours'), fresh('theirs')];
      const files = await writeBaseFiles(data, rows, rowsPerFile);
      await createOurs(ours, kind === 'upsert' ? fresh('index') : null);
      await createTheirs(theirs);
      const commitInfo = { timestamp: Date.now(), operation: 'WRITE', operationParameters: {} };
      const actions = [{ commitInfo }, ...files.map(({ add }) => ({ add }))];
      const commit = `${actions.map((action) => JSON.stringify(action)).join('\n')}\n`;
      for (const table of [ours, theirs]) {
        mkdirSync(table, { recursive: true });
        for (const { path } of files) linkSync(join(data, path), join(table, path));
        writeFileSync(join(table, commitPath(1)), commit);
      }
      remove(data);
      return { ours, theirs };
    },
    dispose: () => remove(root),
  };
};
