import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readTable } from './read-table.ts';
import { ID_AND_VALUE, rowsById, type TemporaryTables, temporaryTables } from './testing/temporary-tables.ts';

let tables: TemporaryTables;

beforeEach(async () => {
  tables = await temporaryTables();
});

afterEach(() => tables.remove());

describe('readTable', () => {
  it('sees the visible rows and the schema without being told them', async () => {
    const writer = await tables.openUpsert();
    await writer.upsert(
      [
        { id: 'a', value: 1 },
        { id: 'b', value: 1 },
      ],
      [],
    );
    await writer.upsert([{ id: 'a', value: 2 }], []);
    const table = await readTable({ path: join(tables.folder, 'table') });
    expect(table.version()).toBe(2);
    expect(table.schema).toEqual(ID_AND_VALUE);
    expect(await rowsById(table)).toEqual([
      { id: 'a', value: 2 },
      { id: 'b', value: 1 },
    ]);
  });

  it('says that a folder holds no table', async () => {
    await expect(readTable({ path: join(tables.folder, 'nothing') })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining('nothing'),
    });
  });
});
