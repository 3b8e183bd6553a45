import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { localStorage } from '../local-storage.ts';
import { writeParquet } from '../parquet/write-parquet.ts';
import { column, type Row, type TableSchema } from '../schema/table-schema.ts';
import type { Storage } from '../storage.ts';
import { type Action, formatActions } from './actions.ts';
import { loadSnapshot } from './load-snapshot.ts';
import { commitPath, LAST_CHECKPOINT_PATH, LOG_FOLDER, SIDECAR_FOLDER } from './log-paths.ts';

let folder: string;
let storage: Storage;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'log-'));
  storage = localStorage(folder);
  await mkdir(join(folder, SIDECAR_FOLDER), { recursive: true });
});

afterEach(() => rm(folder, { recursive: true }));

const name = (version: number, rest: string): string =>
  join(LOG_FOLDER, `${String(version).padStart(20, '0')}${rest}`);

const put = (path: string, content: string | Uint8Array): Promise<void> =>
  writeFile(join(folder, path), content);

const PROTOCOL = {
  minReaderVersion: 3,
  minWriterVersion: 7,
  readerFeatures: ['v2Checkpoint'],
  writerFeatures: ['v2Checkpoint'],
};

const METADATA = {
  id: 'table-id',
  format: { provider: 'parquet', options: {} },
  schemaString: '{"type":"struct","fields":[]}',
  partitionColumns: [],
  configuration: {},
};

/** Columns as other engines write them: some of ours missing, some of theirs more. */
const FOREIGN_FILES: TableSchema = [
  column.struct('add', [
    column.string('path'),
    column.map('partitionValues', { type: 'string' }, { valueContainsNull: true }),
    column.long('size'),
    column.long('modificationTime'),
    column.boolean('dataChange'),
    column.struct('stats_parsed', [
      column.long('numRecords'),
      column.struct('minValues', [column.decimal('price', 18, 2), column.timestamp('at')]),
    ]),
    column.struct('partitionValues_parsed', [column.date('day')]),
  ]),
  column.struct('remove', [column.string('path'), column.long('deletionTimestamp')]),
];

const add = (path: string): Row => ({
  add: {
    path,
    partitionValues: { day: '2026-01-01' },
    size: 10,
    modificationTime: 5,
    dataChange: false,
    stats_parsed: { numRecords: 3, minValues: { price: 1234, at: 1.5 } },
    partitionValues_parsed: { day: '2026-01-01' },
  },
});

const sidecar = async (rows: readonly Row[]): Promise<Row> => {
  const path = `${randomUUID()}.parquet`;
  const file = writeParquet(FOREIGN_FILES, rows);
  await put(join(SIDECAR_FOLDER, path), file.data);
  return { sidecar: { path, sizeInBytes: file.data.byteLength, modificationTime: 1, tags: {} } };
};

const manifest = async (): Promise<readonly Row[]> => [
  { checkpointMetadata: { version: 3, tags: {} } },
  { protocol: PROTOCOL },
  { metaData: METADATA },
  { txn: { appId: 'app', version: 7 } },
  await sidecar([add('a'), add('b')]),
  await sidecar([add('c'), { remove: { path: 'gone', deletionTimestamp: 9 } }]),
];

const MANIFEST_SCHEMA: TableSchema = [
  column.struct('checkpointMetadata', [column.long('version')]),
  column.struct('protocol', [
    column.int('minReaderVersion'),
    column.int('minWriterVersion'),
    column.list('readerFeatures', { type: 'string' }),
    column.list('writerFeatures', { type: 'string' }),
  ]),
  column.struct('metaData', [
    column.string('id'),
    column.struct('format', [column.string('provider')]),
    column.string('schemaString'),
    column.list('partitionColumns', { type: 'string' }),
  ]),
  column.struct('txn', [column.string('appId'), column.long('version')]),
  column.struct('sidecar', [
    column.string('path'),
    column.long('sizeInBytes'),
    column.long('modificationTime'),
  ]),
];

const expectTheTable = async (): Promise<void> => {
  const { snapshot, checkpoint } = (await loadSnapshot(storage))!;
  expect(checkpoint).toBe(3);
  expect([...snapshot.files.keys()]).toEqual(['a', 'b', 'c']);
  expect(snapshot.files.get('a')).toMatchObject({ size: 10, partitionValues: { day: '2026-01-01' } });
  expect([...snapshot.tombstones.keys()]).toEqual(['gone']);
  expect(snapshot.transactions.get('app')?.version).toBe(7);
  expect(snapshot.metadata).toMatchObject({ id: 'table-id', format: { provider: 'parquet' } });
};

describe('a V2 checkpoint', () => {
  it.each(['json', 'parquet'])('named by a UUID is read with its sidecars: %s', async (format) => {
    const rows = await manifest();
    const content =
      format === 'json' ? formatActions(rows as readonly Action[]) : writeParquet(MANIFEST_SCHEMA, rows).data;
    await put(name(3, `.checkpoint.${randomUUID()}.${format}`), content);
    await put(LAST_CHECKPOINT_PATH, '{"version":3,"size":7}');
    await expectTheTable();
  });

  it('may have the classic name', async () => {
    await put(name(3, '.checkpoint.parquet'), writeParquet(MANIFEST_SCHEMA, await manifest()).data);
    await expectTheTable();
  });

  it('is passed over when a sidecar is missing', async () => {
    const lines = [{ protocol: PROTOCOL }, { metaData: METADATA }];
    for (const version of [0, 1, 2, 3])
      await put(commitPath(version), formatActions(version === 0 ? lines : [{}]));
    const broken = [...lines, { sidecar: { path: `${randomUUID()}.parquet`, sizeInBytes: 100 } }];
    await put(name(3, `.checkpoint.${randomUUID()}.json`), formatActions(broken as readonly Action[]));
    expect(await loadSnapshot(storage)).toMatchObject({ checkpoint: null, snapshot: { version: 3 } });
  });
});

describe('a log of another engine', () => {
  it('may hold checksums, compacted commits and files of no known kind', async () => {
    await put(commitPath(0), formatActions([{ protocol: PROTOCOL }, { metaData: METADATA }]));
    await put(commitPath(1), formatActions([{ add: add('a')['add'] } as Action]));
    const compacted = formatActions([{ add: add('compacted')['add'] } as Action]);
    await put(name(0, '.00000000000000000001.compacted.json'), compacted);
    await put(name(1, '.crc'), '{}');
    await put(name(1, '.checkpoint.json'), '{}');
    await put(name(1, `.${randomUUID()}.json`), '{}');
    const { snapshot } = (await loadSnapshot(storage))!;
    expect([...snapshot.files.keys()]).toEqual(['a']);
  });
});
