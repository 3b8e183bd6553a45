import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { column } from '../schema/table-schema.ts';
import { rowsById, type TemporaryTables, temporaryTables } from '../testing/temporary-tables.ts';
import { type AddFile, formatActions, type RemoveFile } from './actions.ts';
import { commitPath } from './log-paths.ts';

let tables: TemporaryTables;

beforeEach(async () => {
  tables = await temporaryTables();
});

afterEach(() => tables.remove());

const PARTITIONED = {
  schema: [
    column.string('id', { nullable: false }),
    column.string('region', { nullable: false }),
    column.long('value'),
  ],
  partitionColumns: ['region'],
};

/** What another engine commits that replaces a file, spelled its own way: the file's rows are in `by` instead. */
const replace = async (version: number, file: AddFile, spelled: string, by: AddFile): Promise<void> => {
  const remove: RemoveFile = { path: spelled, dataChange: true, deletionTimestamp: 0 };
  await writeFile(
    join(tables.folder, 'table', commitPath(version)),
    formatActions([{ commitInfo: { operation: 'UPDATE' } }, { remove }, { add: by }]),
  );
  expect(spelled).not.toBe(file.path);
};

const onlyAdd = async (version: number): Promise<AddFile> => {
  const adds = (await tables.actionsOf(version)).flatMap(({ add }) => add ?? []);
  expect(adds).toHaveLength(1);
  return adds[0]!;
};

const spelledOut = (path: string): string =>
  path.replace(/[^/]+/g, (name) => name.replace(/[=p]/g, (c) => `%${c.charCodeAt(0).toString(16)}`));

describe('a file that engines spell differently', () => {
  it('leaves the table, whoever spells it', async () => {
    const table = await tables.openAppend(PARTITIONED);
    await table.append([{ id: 'a', region: 'zürich', value: 1 }]);
    await table.append([{ id: 'b', region: 'zürich', value: 2 }]);
    const [first, second] = [await onlyAdd(1), await onlyAdd(2)];
    await replace(3, first, spelledOut(first.path), { ...second, path: spelledOut(second.path) });
    await table.refresh();
    expect(table.files()).toHaveLength(1);
    expect(await rowsById(table)).toEqual([{ id: 'b', region: 'zürich', value: 2 }]);
  });

  it('is found by key under any name, also by an index that knew it before', async () => {
    const table = await tables.openUpsert(PARTITIONED);
    await table.upsert([{ id: 'a', region: 'zürich', value: 1 }], []);
    await table.upsert([{ id: 'b', region: 'zürich', value: 2 }], []);
    const file = await onlyAdd(1);
    await replace(3, file, spelledOut(file.path), { ...file, path: spelledOut(file.path) });
    await table.upsert([{ id: 'a', region: 'zürich', value: 3 }], []);
    expect(await rowsById(table)).toEqual([
      { id: 'a', region: 'zürich', value: 3 },
      { id: 'b', region: 'zürich', value: 2 },
    ]);
    const removed = (await tables.actionsOf(4)).flatMap(({ remove }) => remove ?? []);
    expect(removed.map(({ path }) => path)).toEqual([spelledOut(file.path)]);
  });

  it('has no characters in its path that engines spell differently', async () => {
    const table = await tables.openAppend(PARTITIONED);
    await table.append([{ id: 'a', region: "zürich's (old) *!~", value: 1 }]);
    expect((await onlyAdd(1)).path).toMatch(/^region=(?:[\w.-]|%25)+\/[\w.-]+$/);
  });
});
