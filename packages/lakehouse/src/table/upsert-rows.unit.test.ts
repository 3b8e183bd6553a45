import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { column } from '../schema/table-schema.ts';
import { rowsById, type TemporaryTables, temporaryTables } from '../testing/temporary-tables.ts';

let tables: TemporaryTables;

beforeEach(async () => {
  tables = await temporaryTables();
});

afterEach(() => tables.remove());

describe('upsert', { timeout: 30_000 }, () => {
  it('has one row per key, the last of a batch, and deletes by key', async () => {
    const table = await tables.openUpsert();
    await table.upsert(
      [
        { id: 'a', value: 1 },
        { id: 'b', value: 1 },
        { id: 'a', value: 2 },
      ],
      [],
    );
    const result = await table.upsert([{ id: 'a', value: 3 }], [{ id: 'b' }, { id: 'a' }, { id: 'absent' }]);
    expect(result).toMatchObject({ rowsAdded: 1, rowsRemoved: 2 });
    expect(await rowsById(table)).toEqual([{ id: 'a', value: 3 }]);
    // The first file has no visible row left: it is removed, not kept under a full vector.
    expect(table.files()).toHaveLength(1);
  });

  it('replaces a vector by a remove and an add of the same path, with bounds that are not tight any more', async () => {
    const table = await tables.openUpsert();
    await table.upsert(
      [
        { id: 'a', value: 1 },
        { id: 'b', value: 1 },
        { id: 'c', value: 1 },
      ],
      [],
    );
    await table.upsert([], [{ id: 'a' }]);
    await table.upsert([], [{ id: 'b' }]);
    const [first, second] = [await tables.actionsOf(2), await tables.actionsOf(3)];
    const added = first.find(({ add }) => add)?.add;
    expect(first.find(({ remove }) => remove)?.remove?.path).toBe(added?.path);
    expect(added?.deletionVector?.cardinality).toBe(1);
    expect(JSON.parse(added?.stats ?? '')).toMatchObject({ numRecords: 3, tightBounds: false });
    expect(second.find(({ remove }) => remove)?.remove?.deletionVector).toEqual(added?.deletionVector);
    expect(second.find(({ add }) => add)?.add?.deletionVector?.cardinality).toBe(2);
  });

  it('tells keys of several columns and types apart', async () => {
    const schema = [
      column.string('customer_id', { nullable: false }),
      column.long('order_id', { nullable: false }),
      column.int('value'),
    ];
    const table = await tables.openUpsert({ schema, kind: { upsert: ['customer_id', 'order_id'] } });
    await table.upsert(
      [
        { customer_id: 'a', order_id: 11, value: 1 },
        { customer_id: 'a1', order_id: 1, value: 2 },
        { customer_id: 'x'.repeat(5000), order_id: 1, value: 3 },
      ],
      [],
    );
    await table.upsert(
      [{ customer_id: 'x'.repeat(5000), order_id: 1, value: 4 }],
      [{ customer_id: 'a', order_id: 11 }],
    );
    const values: unknown[] = [];
    for await (const { value } of table.scanRows()) values.push(value);
    expect(values.sort()).toEqual([2, 4]);
  });

  it('finds its rows again with an index that is lost, late, or of another table', async () => {
    const table = await tables.openUpsert();
    await table.upsert(
      [
        { id: 'a', value: 1 },
        { id: 'b', value: 1 },
      ],
      [],
    );
    await table.close();
    const elsewhere = await tables.openUpsert({ indexDir: join(tables.folder, 'lost') });
    await elsewhere.upsert([{ id: 'a', value: 2 }], []);
    const late = await tables.openUpsert();
    await late.upsert([{ id: 'a', value: 3 }], []);
    await late.close();
    const other = await tables.openUpsert({ path: join(tables.folder, 'other') });
    await other.upsert([{ id: 'a', value: 9 }], []);
    await other.upsert([{ id: 'a', value: 10 }], []);
    expect(await rowsById(other)).toEqual([{ id: 'a', value: 10 }]);
    await elsewhere.refresh();
    expect(await rowsById(elsewhere)).toEqual([
      { id: 'a', value: 3 },
      { id: 'b', value: 1 },
    ]);
  });

  it('refuses a missing key', async () => {
    const table = await tables.openUpsert();
    await expect(table.upsert([{ value: 1 }], [])).rejects.toMatchObject({
      code: 'DELTA_SCHEMA_MISMATCH',
      message: expect.stringContaining('key column id'),
    });
  });
});
