import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localStorage } from '../local-storage.ts';
import { vacuumTable } from '../maintenance/vacuum.ts';
import { readTable } from '../read-table.ts';
import { column, type Row } from '../schema/table-schema.ts';
import { openTable } from '../table.ts';
import type { DeltaTable, TableKind, TableView } from '../table-types.ts';
import { readWithDeltalake } from '../testing/python-delta-reader.ts';
import { preparePython, runPython } from '../testing/python-environment.ts';
import { checkpointTable } from './checkpoint.ts';
import { cleanUpLog } from './clean-up-log.ts';

const SCHEMA = [column.string('id', { nullable: false }), column.long('value')];

const HOUR = 3_600_000;
const later = () => Date.now() + 3 * HOUR;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'log-cross-reading-'));
  await preparePython();
}, 300_000);

afterAll(() => rm(folder, { recursive: true }));

const open = (name: string, kind: TableKind): Promise<DeltaTable> =>
  openTable({
    path: join(folder, name),
    name,
    schema: SCHEMA,
    kind,
    indexDir: join(folder, `${name}-index`),
    checkpoints: 'elsewhere',
  });

const ownRows = async (table: TableView): Promise<Row[]> => {
  const rows: Row[] = [];
  for await (const row of table.scanRows()) rows.push(row);
  return rows.sort((a, b) => (String(a['id']) < String(b['id']) ? -1 : 1));
};

/** Both readers see the same rows, at the newest version or at another. */
const expectSame = async (path: string, version?: number): Promise<readonly Row[]> => {
  const at = version === undefined ? {} : { version };
  const own = await ownRows(await readTable({ path, ...at }));
  expect(await readWithDeltalake(path, 'select id, value from t order by id', at)).toEqual(own);
  return own;
};

const batch = (from: number, count: number, value: number): Row[] =>
  Array.from({ length: count }, (_, index) => ({
    id: `row-${String(from + index).padStart(5, '0')}`,
    value,
  }));

describe('delta-rs', () => {
  it('reads upsert tables after checkpoints, a clean-up and a vacuum, and at older versions', async () => {
    const table = await open('upserted', { upsert: ['id'] });
    await table.upsert(batch(0, 3000, 0), []);
    for (let round = 1; round <= 6; round++) {
      // Every third row of a range: too many for a vector in the log itself.
      const many = batch(0, 3000, round).filter((_, index) => index % 3 === round % 3);
      await table.upsert(many, batch(round * 10, 2, 0));
      if (round === 3) await checkpointTable(localStorage(table.location), { force: true });
    }
    const storage = localStorage(table.location);
    expect(await checkpointTable(storage, { force: true })).toBe(7);
    for (const version of [0, 1, 3, 4, 5, 7]) await expectSame(table.location, version);
    await table.upsert(batch(5000, 10, 7), []);

    expect((await cleanUpLog(storage, { clock: later })).oldestVersion).toBe(7);
    const vacuumed = await vacuumTable(storage, { clock: later });
    expect(vacuumed.files.map(({ path }) => path).some((path) => path.includes('deletion_vector'))).toBe(
      true,
    );
    expect(await expectSame(table.location)).not.toEqual([]);
    await expectSame(table.location, 8);
    await expect(readTable({ path: storage, version: 6 })).rejects.toMatchObject({ code: 'NOT_FOUND' });

    await table.upsert(batch(0, 5, 8), []);
    await checkpointTable(storage, { force: true });
    await expectSame(table.location);
    await table.close();
  });

  it('writes checkpoints and cleans up logs that we go on with', async () => {
    const table = await open('appended', 'append');
    for (let number = 0; number < 4; number++) await table.append(batch(number * 10, 10, number));
    await runPython(
      {
        code: `
import json, sys
from deltalake import DeltaTable
i = json.load(sys.stdin)
table = DeltaTable(i["path"])
table.create_checkpoint()
table.cleanup_metadata()
table.vacuum(retention_hours=200, dry_run=False, enforce_retention_duration=False)
`,
      },
      { path: table.location },
    );
    await table.refresh();
    await table.append(batch(100, 10, 9));
    expect(await expectSame(table.location)).toHaveLength(50);
    await checkpointTable(localStorage(table.location), { force: true });
    expect(await expectSame(table.location)).toHaveLength(50);
    await table.close();
  });
});
