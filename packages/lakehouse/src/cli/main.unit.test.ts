import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeltaTable } from '../table-types.ts';
import { type TemporaryTables, temporaryTables } from '../testing/temporary-tables.ts';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));

type Ended = { readonly code: number; readonly stdout: string; readonly stderr: string };

let tables: TemporaryTables;
let orders: DeltaTable;

/** Runs the command as npm does, on the tables of the test. */
const lakehouse = (...args: readonly string[]): Promise<Ended> =>
  new Promise((resolve) => {
    const environment = { ...process.env, DELTA_DIR: tables.folder };
    execFile(process.execPath, [MAIN, ...args], { env: environment }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });

// Shapes are what is checked here.
// biome-ignore lint/suspicious/noExplicitAny: the command's own output
const json = async (...args: readonly string[]): Promise<any> => {
  const { code, stdout, stderr } = await lakehouse(...args, '--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout);
};

const rows = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => ({ id: `id-${from + index}`, value: from + index }));

beforeAll(async () => {
  tables = await temporaryTables();
  orders = await tables.openUpsert({ path: join(tables.folder, 'silver/orders'), name: 'silver.orders' });
  await orders.upsert(rows(10), [], { txns: [{ appId: 'app', expected: null, version: 5 }] });
  await orders.upsert([{ id: 'id-3', value: -3 }], [{ id: 'id-4' }]);
  const empty = await tables.openAppend({ path: join(tables.folder, 'bronze/empty') });
  await empty.close();
}, 60_000);

afterAll(() => tables.remove());

describe('npm run lakehouse', { timeout: 60_000 }, () => {
  it('lists the tables, those that cannot be read with the reason', async () => {
    await mkdir(join(tables.folder, 'bronze/broken/_delta_log'), { recursive: true });
    await writeFile(join(tables.folder, 'bronze/broken/_delta_log/00000000000000000000.json'), 'no json');
    const [all, text] = await Promise.all([json(), lakehouse()]);
    expect(all).toEqual([
      { table: 'bronze.broken', error: expect.stringContaining('00000000000000000000.json') },
      { table: 'bronze.empty', version: 0, rows: 0, files: 0, bytes: 0, lastCommit: expect.any(String) },
      {
        table: 'silver.orders',
        version: 2,
        rows: 9,
        files: 2,
        bytes: orders.files().reduce((sum, { bytes }) => sum + bytes, 0),
        lastCommit: expect.stringMatching(/^\d{4}-.*Z$/),
      },
    ]);
    const lines = text.stdout.split('\n');
    expect(lines[0]).toMatch(/^table +version +rows +files +size +last commit$/);
    expect(lines[3]).toMatch(/^silver\.orders +2 +9 +2 +\d.* k?B +(now|\d+ s ago)$/);
  });

  it('says where it looked when there are no tables', async () => {
    const { stdout, code } = await lakehouse('--delta-dir', join(tables.folder, 'nowhere'));
    expect({ stdout, code }).toEqual({
      stdout: expect.stringContaining(`${tables.folder}/nowhere yet`),
      code: 0,
    });
  });

  it('describes a table by name, in any case, and by path, as it was', async () => {
    const [now, before, text] = await Promise.all([
      json('Silver.Orders', 'describe'),
      json('describe', join(tables.folder, 'silver/orders'), '--version', '1'),
      lakehouse('silver.orders'),
    ]);
    expect(now).toMatchObject({
      table: 'silver.orders',
      location: orders.location,
      version: 2,
      rows: 9,
      hiddenRows: 2,
      files: 2,
      partitionColumns: [],
      properties: { 'delta.enableDeletionVectors': 'true' },
      columns: [
        { name: 'id', type: 'string', nullable: false },
        { name: 'value', type: 'long', nullable: true },
      ],
      positions: [{ appId: 'app', version: 5 }],
    });
    expect(before).toMatchObject({ version: 1, rows: 10, hiddenRows: 0, files: 1 });
    expect(text.stdout).toMatch(/^rows +9 and 2 hidden ones$/m);
    expect(text.stdout).toMatch(/^id +string +no$/m);
    expect(text.stdout).toMatch(/^app +5$/m);
  });

  it('tells the history with rows, files and writer', async () => {
    const [all, last] = await Promise.all([
      json('silver.orders', 'history'),
      lakehouse('silver.orders', 'history', '--limit', '1'),
    ]);
    expect(
      all.map(({ version, operation }: { version: number; operation: string }) => [version, operation]),
    ).toEqual([
      [2, 'MERGE'],
      [1, 'MERGE'],
      [0, 'CREATE TABLE'],
    ]);
    const lines = last.stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(2);
    expect(lines[1]).toMatch(
      /^ +2 {2}\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}MERGE +\+1 -2 +\+1 +\S+ k?B +marketing-streams-lakehouse/,
    );
  });

  it('lists files, the largest first', async () => {
    const [all, text, empty] = await Promise.all([
      json('silver.orders', 'files'),
      lakehouse('silver.orders', 'files', '--limit', '1'),
      lakehouse('bronze.empty', 'files'),
    ]);
    expect(all).toMatchObject({ files: 2, rows: 9, hiddenRows: 2 });
    expect(
      all.list.map(({ rows: count, deletedRows }: { rows: number; deletedRows: number }) => [
        count,
        deletedRows,
      ]),
    ).toEqual([
      [10, 2],
      [1, 0],
    ]);
    expect(text.stdout).toMatch(/2 files, 1 of them shown, .* 9 visible rows at version 2/);
    expect(empty.stdout).toBe('bronze.empty has no data files at version 0.\n');
  });

  it('shows rows, as they are and as they were', async () => {
    const [some, before, empty] = await Promise.all([
      lakehouse('silver.orders', 'preview', '--columns', 'VALUE', '--limit', '3'),
      json('silver.orders', 'preview', '--version', '1', '--limit', '100'),
      lakehouse('bronze.empty', 'preview'),
    ]);
    expect(some.stdout.split('\n')).toMatchObject({ 0: 'value', 5: '3 rows' });
    expect(before.rows).toEqual(rows(10));
    expect(empty.stdout).toBe('No rows. Columns: id, value\n');
  });

  it('runs SQL over tables by name and over the one given', async () => {
    const sql = 'SELECT count(*) AS n FROM silver.orders VERSION AS OF 1 a JOIN this USING (id)';
    expect(await json('silver.orders', 'query', sql)).toMatchObject({ rows: [{ n: 9 }], truncated: false });
    const { stdout } = await lakehouse(
      'query',
      'SELECT value FROM silver.orders ORDER BY value',
      '--limit',
      '1',
    );
    expect(stdout).toBe('value\n   -3\n\nthe first 1 row; --limit shows more\n');
  });

  it('merges files while the table is open for writing, and vacuums what is left over', async () => {
    const path = join(tables.folder, 'silver/busy');
    const busy = await tables.openUpsert({
      path,
      name: 'silver.busy',
      indexDir: join(tables.folder, 'busy-index'),
    });
    for (let round = 0; round < 4; round++) await busy.upsert(rows(5, round * 4), []);
    expect(await json('silver.busy', 'optimize', '--min-files', '2')).toMatchObject({
      filesAdded: 1,
      givenUp: [],
    });
    await busy.upsert([{ id: 'id-0', value: 1000 }], []);
    const merged = await json('silver.busy', 'query', 'SELECT count(*) AS n, max(value) AS m FROM this');
    expect(merged.rows).toEqual([{ n: 17, m: 1000 }]);
    const [again, dry, unsafe] = await Promise.all([
      lakehouse('silver.busy', 'optimize'),
      json('silver.busy', 'vacuum', '--dry-run', '--retention', '0s', '--allow-short-retention'),
      lakehouse('silver.busy', 'vacuum', '--retention', '1m'),
    ]);
    expect(again.stdout).toMatch(/^Nothing to merge in silver.busy: \d files\.$/m);
    expect(dry).toMatchObject({
      dryRun: true,
      files: expect.arrayContaining([{ path: expect.any(String), bytes: expect.any(Number) }]),
    });
    expect(unsafe).toMatchObject({ code: 2, stderr: expect.stringContaining('--allow-short-retention') });
    const done = await lakehouse(
      'silver.busy',
      'vacuum',
      '--retention',
      '0s',
      '--allow-short-retention',
      '--limit',
      '1',
    );
    expect(done.stdout).toMatch(new RegExp(`Deleted ${dry.files.length} files? of silver.busy`));
    expect(await json('silver.busy', 'query', 'SELECT count(*) AS n FROM this')).toMatchObject({
      rows: [{ n: 17 }],
    });
    const nothing = await lakehouse('silver.busy', 'vacuum');
    expect(nothing.stdout).toMatch(
      /^Nothing to delete in silver.busy: every file is needed by version \d+ or within 2 h\.$/m,
    );
  });

  it.each([
    [['silver.nope'], 1, /^there is no table silver.nope: there are bronze.*silver.orders/],
    [['silver.orders', 'drop'], 2, /unknown command drop; there are describe.*--help/s],
  ])('ends %j with code %i', async (args, code, message) => {
    const ended = await lakehouse(...args);
    expect(ended).toEqual({ code, stdout: '', stderr: expect.stringMatching(message) });
  });

  it('explains itself and each command', async () => {
    const texts = await Promise.all([
      lakehouse('--help'),
      lakehouse('vacuum', '-h'),
      lakehouse('silver.orders', 'query', '--help'),
    ]);
    expect(texts.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(texts[0]!.stdout).toMatch(
      /describe .*\n.*history .*\n.*files .*\n.*preview .*\n.*query .*\n.*optimize .*\n.*vacuum /,
    );
    expect(texts[1]!.stdout).toContain('--dry-run');
    expect(texts[2]!.stdout).toContain('VERSION AS OF 12');
  });
});
