import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runPython } from './testing/python-environment.ts';
import { rowsById, type TemporaryTables, temporaryTables } from './testing/temporary-tables.ts';

let tables: TemporaryTables;

beforeEach(async () => {
  tables = await temporaryTables();
});

afterEach(() => tables.remove());

/** Left at once when all is printed: pyarrow's threads now and then crash an interpreter that winds down. */
const READ = `
import json, os, sys
from deltalake import DeltaTable
rows = DeltaTable(json.load(sys.stdin)).to_pyarrow_table().to_pylist()
print(json.dumps(sorted(rows, key=lambda row: row["id"])), flush=True)
os._exit(0)
`;

it('copy-on-write tables are read by pyarrow, which knows no deletion vectors', {
  timeout: 120_000,
}, async () => {
  const table = await tables.openUpsert({ properties: { 'delta.enableDeletionVectors': 'false' } });
  for (let round = 0; round < 12; round++) {
    await table.upsert(
      Array.from({ length: 10 }, (_, number) => ({ id: `key-${(round * 7 + number) % 40}`, value: round })),
      [{ id: `key-${(round * 11) % 40}` }],
    );
  }
  await table.optimize({ minFiles: 2 });
  const read = (await runPython({ code: READ }, join(tables.folder, 'table'))) as readonly unknown[];
  expect(read.length).toBeGreaterThan(20);
  expect(read).toEqual(await rowsById(table));
});
