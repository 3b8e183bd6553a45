import { closeSync, openSync, readdirSync, rmSync, truncateSync, writeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { column } from '../schema/table-schema.ts';
import { openTable } from '../table.ts';
import type { DeltaTable } from '../table-types.ts';
import { rowsById } from '../testing/temporary-tables.ts';

const SCHEMA = [column.string('id', { nullable: false }), column.string('text')];

let folder: string;
let opened: DeltaTable[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'damaged-index-'));
  opened = [];
});
afterEach(async () => {
  for (const table of opened) await table.close();
  await rm(folder, { recursive: true });
});

const open = async (): Promise<DeltaTable> => {
  const table = await openTable({
    path: join(folder, 'table'),
    name: 'silver.things',
    schema: SCHEMA,
    kind: { upsert: ['id'] },
    indexDir: join(folder, 'index'),
  });
  opened.push(table);
  return table;
};

const rows = (text: string) => Array.from({ length: 3_000 }, (_, index) => ({ id: `thing-${index}`, text }));

const overwrite = (file: string): void => {
  const data = openSync(file, 'r+');
  for (let at = 8_192; at < 120_000; at += 4_096) writeSync(data, Buffer.alloc(1_024, 0xa5), 0, 1_024, at);
  closeSync(data);
};

describe('a key index that was damaged while nobody had it open', () => {
  it.each([
    ['cut', (file: string) => truncateSync(file, 60_000)],
    ['emptied', (file: string) => truncateSync(file, 0)],
    ['overwritten in places', overwrite],
    ['deleted', (file: string) => rmSync(file)],
  ])('is filled anew when its file is %s: no row of a key is left behind', async (_, damage) => {
    const table = await open();
    await table.upsert(rows('first'), [], { txns: [] });
    await table.close();
    opened.pop();
    const [life = ''] = readdirSync(join(folder, 'index'));
    damage(join(folder, 'index', life, 'data.mdb'));
    const again = await open();
    await again.upsert(rows('second'), [], { txns: [] });
    const read = await rowsById(again);
    expect(read).toHaveLength(3_000);
    expect(new Set(read.map(({ text }) => text))).toEqual(new Set(['second']));
  });
});
