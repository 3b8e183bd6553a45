import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTable } from './read-table.ts';
import { column, type Row } from './schema/table-schema.ts';
import { openTable } from './table.ts';
import { inOrder, plainRows } from './testing/plain-rows.ts';
import { readWithDeltalake } from './testing/python-delta-reader.ts';
import { preparePython, runPython } from './testing/python-environment.ts';

/** What each program starts with: rows made by SQL, since the environment has no other maker of Arrow data. */
const PRELUDE = `
import json, sys
from deltalake import DeltaTable, QueryBuilder, write_deltalake
path = json.load(sys.stdin)["path"]
def rows(sql):
    return QueryBuilder().execute(sql).read_all()
def numbers(first, last):
    return f"(select column1 as n from (values {', '.join(f'({n})' for n in range(first, last + 1))})) v"
`;

const EVERY_TYPE = `${PRELUDE}
select = lambda n, ts: f"""select cast({n} as int) as id, 'Zürich 🦉' as text, true as flag, cast(-128 as tinyint) as tiny,
  cast(32767 as smallint) as short, cast(9007199254740993 as bigint) as big, cast(0.1 as float) as single, cast('NaN' as double) as rate,
  cast(-123.45 as decimal(9,2)) as cents, cast(1 as decimal(18,4)) / 8 as amount,
  cast('1234567890123456789012345678.0123456789' as decimal(38,10)) as huge, date '1969-12-31' as day,
  arrow_cast('{ts}Z', 'Timestamp(Microsecond, Some("UTC"))') as at, arrow_cast('{ts}', 'Timestamp(Microsecond, None)') as local,
  arrow_cast('raw', 'Binary') as raw, [named_struct('sku', 'a', 'tags', ['x', null]), null] as items,
  named_struct('city', 'Bern', 'geo', named_struct('lat', 46.9)) as address, map(['a', 'b'], [1, null]) as by_name,
  map([1, -5], [named_struct('n', 2), named_struct('n', null)]) as by_number"""
write_deltalake(path, rows(select(1, '2024-02-29T12:34:56.123456') + " union all " + select(2, '1969-12-31T23:59:59.999999')))
write_deltalake(path, rows(f"select * from ({select(3, '9999-12-31T23:59:59.999999')})"), mode="append")
`;

const OPERATIONS = `${PRELUDE}
def batch(first, last, value):
    return rows(f"select cast(n as bigint) as id, '{value}' as value, cast(n % 3 as int) as part, arrow_cast('2024-01-01T00:00:00.123456Z', 'Timestamp(Microsecond, Some(\\"UTC\\"))') as at from {numbers(first, last)}")
write_deltalake(path, batch(0, 29, "first"), partition_by=["part", "at"], configuration={"delta.checkpointInterval": "100"})
write_deltalake(path, batch(30, 39, "second"), mode="append")
table = DeltaTable(path)
table.delete("id % 7 = 0")
table.update(predicate="id = 5", updates={"value": "'updated'"})
table.merge(batch(35, 44, "merged"), predicate="t.id = s.id and t.part = s.part", source_alias="s", target_alias="t") \\
    .when_matched_update_all().when_not_matched_insert_all().execute()
table.optimize.compact()
table.create_checkpoint()
table.cleanup_metadata()
write_deltalake(path, batch(50, 52, "after the checkpoint"), mode="append")
table = DeltaTable(path)
table.optimize.z_order(["id"])
`;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'delta-rs-tables-'));
  await preparePython();
}, 300_000);

afterAll(() => rm(folder, { recursive: true }));

const ourRows = async (path: string, version?: number) => {
  const view = await readTable({ path, ...(version === undefined ? {} : { version }) });
  const rows: Row[] = [];
  for await (const row of view.scanRows()) rows.push(row);
  return inOrder(plainRows(view.schema, rows));
};

const theirRows = async (path: string, version?: number) => {
  const { schema } = await readTable({ path });
  const names = schema.map(({ name }) => `"${name}"`).join(', ');
  return inOrder(
    await readWithDeltalake(path, `select ${names} from t`, version === undefined ? {} : { version }),
  );
};

describe('a table of delta-rs', { timeout: 120_000 }, () => {
  it('is read with values of every type, as delta-rs reads them', async () => {
    const path = join(folder, 'every-type');
    await runPython({ code: EVERY_TYPE }, { path });
    const rows = await ourRows(path);
    expect(rows).toHaveLength(3);
    expect(rows).toEqual(await theirRows(path));
    expect(rows[0]).toMatchObject({
      big: '9007199254740993',
      rate: 'NaN',
      at: '2024-02-29T12:34:56.123456Z',
      local: '2024-02-29T12:34:56.123456',
      huge: '1234567890123456789012345678.0123456789',
    });
  });

  it('gets back from us what we read, with values of every type', async () => {
    const path = join(folder, 'every-type-back');
    await runPython({ code: EVERY_TYPE }, { path });
    const view = await readTable({ path });
    const table = await openTable({ path, name: 'back', schema: view.schema, kind: 'append' });
    const rows: Row[] = [];
    for await (const row of view.scanRows()) rows.push({ ...row, id: Number(row['id']) + 10 });
    await table.append(rows);
    await table.close();
    const theirs = await theirRows(path);
    expect(theirs).toHaveLength(6);
    expect(theirs).toEqual(await ourRows(path));
    const withoutId = theirs.map((row) => JSON.stringify({ ...row, id: Number(row['id']) % 10 }));
    expect(new Set(withoutId).size).toBe(3);
  });

  it('is read after deletes, updates, merges, compaction and a checkpoint, in partitions, and as it was', async () => {
    const path = join(folder, 'operations');
    await runPython({ code: OPERATIONS }, { path });
    const rows = await ourRows(path);
    expect(rows.length).toBeGreaterThan(40);
    expect(rows).toEqual(await theirRows(path));
    const { version } = await readTable({ path });
    for (let past = 0; past < version(); past += 2) {
      expect(await ourRows(path, past)).toEqual(await theirRows(path, past));
    }
  });

  it('is appended to and merged by us, and read by delta-rs again', async () => {
    const path = join(folder, 'operations-ours');
    await runPython({ code: OPERATIONS }, { path });
    const before = await ourRows(path);
    const table = await openTable({
      path,
      name: 'operations-ours',
      kind: 'append',
      schema: (await readTable({ path })).schema,
      partitionColumns: ['part', 'at'],
    });
    const added: Row[] = Array.from({ length: 20 }, (_, id) => ({
      ...{ id: 100 + id, value: 'ours', part: id % 4, at: id % 2 === 0 ? 0 : -0.001 },
    }));
    for (const row of added) await table.append([row]);
    const expected = inOrder([...before, ...plainRows(table.schema, added)]);
    expect(await theirRows(path)).toEqual(expected);
    const files = table.files().length;
    await table.optimize({ minFiles: 2 });
    expect(table.files().length).toBeLessThan(files);
    await table.close();
    expect(await ourRows(path)).toEqual(expected);
    expect(await theirRows(path)).toEqual(expected);
  });

  it('may be one of ours in partitions: what delta-rs deletes, rewrites and restores there is so for us', async () => {
    const path = join(folder, 'our-partitions');
    const schema = [column.long('id'), column.string('part')];
    const table = await openTable({ path, name: 'ours', kind: 'append', schema, partitionColumns: ['part'] });
    const parts = ['a', 'a b', 'ü%20=/', 'x:y#[{"~!*', "it's", '2024-01-01 00:00:00', null];
    for (let round = 0; round < 2; round++) {
      await table.append(
        parts.flatMap((part, id) => [
          { id, part },
          { id: id + 100, part },
        ]),
      );
    }
    await runPython(
      {
        code: `${PRELUDE}DeltaTable(path).delete("id = 3 or id = 104")\nDeltaTable(path).optimize.compact()`,
      },
      { path },
    );
    const expected = await theirRows(path);
    expect(expected).toHaveLength(24);
    expect(await ourRows(path)).toEqual(expected);
    await runPython({ code: `${PRELUDE}DeltaTable(path).restore(2)` }, { path });
    expect(await ourRows(path)).toHaveLength(28);
    await table.close();
  });
});
