import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { vacuumTable } from './maintenance/vacuum.ts';
import { readTable } from './read-table.ts';
import { s3Storage } from './s3-storage.ts';
import type { Row } from './schema/table-schema.ts';
import type { Storage } from './storage.ts';
import { openTable } from './table.ts';
import type { DeltaTable, OpenTableOptions, TableKind } from './table-types.ts';
import { crashingStorage, SimulatedCrash } from './testing/crashing-storage.ts';
import { type ProxiedS3, startProxiedS3 } from './testing/proxied-s3.ts';
import { readWithDeltalake } from './testing/python-delta-reader.ts';
import { runPython } from './testing/python-environment.ts';
import type { S3Proxy } from './testing/s3-proxy.ts';
import { deltalakeStorageOptions, s3TestOptions } from './testing/s3-server.ts';
import { ID_AND_VALUE, rowsById } from './testing/temporary-tables.ts';

const APPEND_WITH_DELTA_RS = `
import json, sys
from arro3.core import Array, DataType, Field, Schema, Table
from deltalake import write_deltalake
given = json.load(sys.stdin)
fields = [Field("id", DataType.utf8(), nullable=False), Field("value", DataType.int64(), nullable=True)]
columns = [Array(given["ids"], DataType.utf8()), Array([7] * len(given["ids"]), DataType.int64())]
rows = Table.from_arrays(columns, schema=Schema(fields))
write_deltalake(given["path"], rows, mode="append", storage_options=given["storageOptions"])
`;

let store: ProxiedS3;
let proxy: S3Proxy;
let folder: string;
let storage: Storage;
let opened: DeltaTable[];

beforeAll(async () => {
  store = await startProxiedS3();
  ({ proxy } = store);
});

afterAll(() => store?.close());

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 's3-tables-'));
  storage = s3Storage(`s3://tables/${randomUUID()}/rows`, s3TestOptions(proxy.endpoint));
  opened = [];
});

afterEach(async () => {
  for (const table of opened) await table.close();
  await rm(folder, { recursive: true });
});

const open = async (kind: TableKind, options: Partial<OpenTableOptions> = {}): Promise<DeltaTable> => {
  const table = await openTable({
    path: storage,
    name: 'silver.rows',
    schema: ID_AND_VALUE,
    kind,
    indexDir: join(folder, randomUUID()),
    ...options,
  });
  opened.push(table);
  return table;
};

const rows = (from: number, to: number, value: number): Row[] =>
  Array.from({ length: to - from }, (_, number) => ({ id: `id-${from + number}`, value }));

const deltalake = (sql: string, version?: number) =>
  readWithDeltalake(storage.location, sql, {
    storageOptions: deltalakeStorageOptions(store.server.endpoint),
    ...(version === undefined ? {} : { version }),
  });

const inOrder = (given: readonly Row[]): Row[] => {
  const text = ({ id, value }: Row): string => `${String(id)} ${String(value)}`;
  return [...given].sort((a, b) => (text(a) < text(b) ? -1 : 1));
};

/** The writer, our reader and delta-rs see these rows. */
const expectRows = async (table: DeltaTable, expected: readonly Row[]): Promise<void> => {
  const sorted = inOrder(expected);
  expect(inOrder(await rowsById(table))).toEqual(sorted);
  expect(inOrder(await rowsById(await readTable({ path: storage })))).toEqual(sorted);
  expect(inOrder((await deltalake('select * from t')) as readonly Row[])).toEqual(sorted);
};

const pathsIn = async (place: string): Promise<string[]> => {
  const paths: string[] = [];
  for await (const { path } of storage.walk(place)) paths.push(path);
  return paths;
};

describe('a table in an S3-compatible store', () => {
  it('is upserted, deleted from, merged, checkpointed, vacuumed and opened again', async () => {
    const table = await open({ upsert: ['id'] });
    await table.upsert(rows(0, 2_000, 0), []);
    for (let value = 1; value <= 12; value++) {
      await table.upsert(rows(value * 100, value * 100 + 150, value), [{ id: `id-${value}` }]);
    }
    const expected = new Map(rows(0, 2_000, 0).map((row) => [row['id'], row]));
    for (let value = 1; value <= 12; value++) {
      for (const row of rows(value * 100, value * 100 + 150, value)) expected.set(row['id'], row);
      expected.delete(`id-${value}`);
    }
    await expectRows(table, [...expected.values()]);
    expect(await storage.read('_delta_log/_last_checkpoint')).not.toBeNull();
    const old = (await deltalake('select count(*) n, sum(value) s from t', 3))[0];
    expect((await table.optimize({ minFiles: 2 })).filesRemoved).toBeGreaterThan(2);
    await expectRows(table, [...expected.values()]);
    expect((await deltalake('select count(*) n, sum(value) s from t', 3))[0]).toEqual(old);

    const reopened = await open({ upsert: ['id'] });
    await reopened.upsert([{ id: 'id-0', value: 99 }], []);
    expected.set('id-0', { id: 'id-0', value: 99 });
    const day = 24 * 3_600_000;
    const vacuumed = await vacuumTable(storage, { clock: () => Date.now() + day });
    expect(vacuumed.files.length).toBeGreaterThan(10);
    const dataFiles = (await pathsIn('')).filter(
      (path) => path.endsWith('.parquet') && !path.startsWith('_'),
    );
    expect(dataFiles.sort()).toEqual(
      reopened
        .files()
        .map(({ path }) => path)
        .sort(),
    );
    await expectRows(reopened, [...expected.values()]);
  });

  it.each(['append', { upsert: ['id'] }] as const)(
    'goes on after delta-rs appended to one of kind %j',
    async (kind) => {
      const table = await open(kind);
      const write = (given: readonly Row[]) =>
        kind === 'append' ? table.append(given) : table.upsert(given, []);
      await write(rows(0, 3, 1));
      await runPython(
        { code: APPEND_WITH_DELTA_RS },
        {
          path: storage.location,
          ids: ['id-7', 'id-8'],
          storageOptions: deltalakeStorageOptions(store.server.endpoint),
        },
      );
      await write(rows(8, 10, 2));
      expect(table.version()).toBe(3);
      const theirs = kind === 'append' ? rows(7, 9, 7) : rows(7, 8, 7);
      await expectRows(table, [...rows(0, 3, 1), ...theirs, ...rows(8, 10, 2)]);
    },
  );

  it('keeps every commit of two writers that race', async () => {
    const writers = [await open({ upsert: ['id'] }), await open({ upsert: ['id'] })];
    const versions = await Promise.all(
      writers.map(async (table, writer) => {
        const own: number[] = [];
        for (let round = 0; round < 8; round++) {
          const batch = [...rows(0, 3, writer * 100 + round), { id: `own-${writer}-${round}`, value: 0 }];
          own.push((await table.upsert(batch, [])).version);
        }
        return own;
      }),
    );
    expect(versions.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 16 }, (_, i) => i + 1));
    const last = versions[0]!.at(-1)! > versions[1]!.at(-1)! ? 0 : 1;
    const view = await readTable({ path: storage });
    const visible = await rowsById(view);
    expect(visible.filter(({ id }) => String(id).startsWith('own-'))).toHaveLength(16);
    expect(visible.filter(({ id }) => String(id).startsWith('id-'))).toEqual(rows(0, 3, last * 100 + 7));
  });

  it('survives a crash between any two operations', async () => {
    await open({ upsert: ['id'] }).then((table) => table.upsert(rows(0, 1_500, 0), []));
    let crashes = 0;
    for (let afterChanges = 1; afterChanges <= 4; afterChanges++) {
      for (const lastChangeHappens of [false, true]) {
        const victim = await open(
          { upsert: ['id'] },
          { path: crashingStorage(storage, { afterChanges, lastChangeHappens }) },
        );
        const value = ++crashes;
        const txns = [{ appId: 'app', expected: victim.position('app'), version: value }];
        // Every second row: too many for vectors within the log.
        const batch = rows(0, 1_500, value).filter((_, number) => number % 2 === 0);
        const outcome = await victim.upsert(batch, [], { txns }).catch((error: unknown) => error);
        if (afterChanges < 3) expect(outcome).toBeInstanceOf(SimulatedCrash);
        const survivor = await readTable({ path: storage });
        const committed = survivor.position('app');
        const visible = await rowsById(survivor);
        expect(visible).toHaveLength(1_500);
        expect(visible.filter(({ id }) => Number(String(id).slice(3)) % 2 === 0)).toEqual(
          visible.filter(
            (row) => row['value'] === (committed ?? 0) && Number(String(row['id']).slice(3)) % 2 === 0,
          ),
        );
      }
    }
    await expectRows(await open({ upsert: ['id'] }), await rowsById(await readTable({ path: storage })));
  });

  describe('costs no more requests than it needs:', () => {
    const kinds: readonly (readonly [RegExp, string])[] = [
      [/^$/, 'list'],
      [/_last_checkpoint$/, 'hint'],
      [/checkpoint\.parquet$/, 'checkpoint'],
      [/\.json$/, 'commit'],
      [/\.bin$/, 'vectors'],
      [/\.parquet$/, 'data'],
    ];

    const requestsOf = async (run: () => Promise<unknown>): Promise<string> => {
      proxy.takeRequests();
      await run();
      return proxy
        .takeRequests()
        .map(({ method, key }) => `${method} ${kinds.find(([name]) => name.test(key))![1]}`)
        .join(', ');
    };

    it('two for an append, three more for a checkpoint, the log once for an opening', async () => {
      const table = await open('append');
      const append = () => requestsOf(() => table.append(rows(0, 10, 0)));
      for (let version = 1; version <= 9; version++) expect(await append()).toBe('PUT data, PUT commit');
      expect(await append()).toBe('PUT data, PUT commit, PUT checkpoint, GET hint, PUT hint');
      for (let version = 11; version <= 13; version++) await append();
      const logOnce = 'GET hint, GET list, GET checkpoint, GET commit, GET commit, GET commit';
      expect(await requestsOf(() => open('append'))).toBe(logOnce);
      expect(await requestsOf(() => readTable({ path: storage }))).toBe(logOnce);
    });

    it('one more than an append for an upsert with many vectors, the lost commit for a lost race', async () => {
      const table = await open({ upsert: ['id'] });
      const upsert = (batch: readonly Row[]) => requestsOf(() => table.upsert(batch, []));
      expect(await upsert(rows(0, 10_000, 0))).toBe('PUT data, PUT commit');
      expect(await upsert(rows(0, 10, 1))).toBe('PUT data, PUT commit');
      const everySecond = rows(0, 10_000, 2).filter((_, number) => number % 2 === 0);
      expect(await upsert(everySecond)).toBe('PUT data, PUT vectors, PUT commit');
      const other = await open({ upsert: ['id'] });
      await other.upsert(rows(20_000, 20_001, 0), []);
      const lost = (await upsert(rows(30_000, 30_001, 0))).split(', ');
      expect(lost.filter((request) => request === 'PUT commit')).toHaveLength(2);
      expect(lost.filter((request) => request === 'PUT data')).toHaveLength(1);
    });
  });
});
