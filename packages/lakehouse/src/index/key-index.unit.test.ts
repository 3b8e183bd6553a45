import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { IndexStamp } from './index-store.ts';
import { type KeyIndex, type KeyIndexOptions, openKeyIndex } from './key-index.ts';

let folder: string;
let opened: KeyIndex[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'key-index-'));
  opened = [];
});

afterEach(async () => {
  for (const index of opened) await index.close();
  await rm(folder, { recursive: true });
});

const open = (options?: KeyIndexOptions): KeyIndex => {
  const index = openKeyIndex(folder, options);
  opened.push(index);
  return index;
};

const at = (version: number): IndexStamp => ({ tableId: 't', version });
const nothing = { added: [], gone: [], deletedKeys: [] };

describe('the key index', () => {
  it('replaces the locations of keys that were written, and adds those of announced files', async () => {
    const index = open();
    expect(index.advance(null, at(0), { ...nothing, added: [{ path: 'a', keys: ['x', null, 'y'] }] })).toBe(
      true,
    );
    expect(index.advance(at(0), at(1), { ...nothing, added: [{ path: 'b', keys: ['y'] }] })).toBe(true);
    expect(index.find('x')).toEqual([{ path: 'a', row: 0 }]);
    expect(index.find('y')).toEqual([{ path: 'b', row: 0 }]);
    expect(await index.announce({ path: 'merged', keys: ['x', 'y'] })).toBe(true);
    expect(index.hasFile('merged')).toBe(true);
    expect(index.find('y')).toEqual([
      { path: 'merged', row: 1 },
      { path: 'b', row: 0 },
    ]);
    // What is written now may be older than what the merge has read: its location stays until it is named.
    index.advance(at(1), at(2), { ...nothing, added: [{ path: 'c', keys: ['y'] }], deletedKeys: ['x'] });
    expect(index.find('x')).toEqual([{ path: 'merged', row: 0 }]);
    expect(index.find('y')).toEqual([
      { path: 'c', row: 0 },
      { path: 'merged', row: 1 },
    ]);
    index.advance(at(2), at(3), { ...nothing, announced: ['merged'], gone: ['a', 'b'] });
    index.advance(at(3), at(4), { ...nothing, added: [{ path: 'd', keys: ['y'] }], deletedKeys: ['x'] });
    expect(index.find('x')).toEqual([]);
    expect(index.find('y')).toEqual([{ path: 'd', row: 0 }]);
    expect(index.announcements()).toEqual([]);
  });

  it('refuses a stamp that is not the expected one, and a file that was not announced', () => {
    const index = open();
    expect(index.advance(at(0), at(1), nothing)).toBe(false);
    expect(index.advance(null, at(1), { ...nothing, announced: ['unknown'] })).toBe(false);
    expect(index.stamp()).toBeNull();
    expect(index.advance(null, at(1), nothing)).toBe(true);
    expect(index.advance({ tableId: 'other', version: 1 }, at(2), nothing)).toBe(false);
  });

  it('drops an announcement under way when the index is cleared or the file forgotten', async () => {
    const index = open({ keysPerTransaction: 1 });
    for (const interrupt of [() => index.clear(), () => index.forget(['file'])]) {
      const announced = index.announce({ path: 'file', keys: ['x', 'y', 'z'] });
      await setImmediate();
      interrupt();
      expect(await announced).toBe(false);
      expect(index.hasFile('file')).toBe(false);
      expect(index.find('x')).toEqual([]);
    }
  });

  it('lets another user of the folder in between the keys of an announced file', async () => {
    const [one, other] = [open({ keysPerTransaction: 1 }), open()];
    const announced = one.announce({
      path: 'merged',
      keys: Array.from({ length: 20 }, (_, row) => `key-${row}`),
    });
    expect(one.hasFile('merged')).toBe(false);
    expect(other.advance(null, at(0), { ...nothing, added: [{ path: 'new', keys: ['key-7'] }] })).toBe(true);
    expect(await announced).toBe(true);
    expect(other.find('key-7')).toContainEqual({ path: 'merged', row: 7 });
    expect(other.find('key-7')).toContainEqual({ path: 'new', row: 0 });
  });

  it('is shared with threads that have it open', async () => {
    const index = open();
    const code = `
      const { workerData } = require('node:worker_threads');
      import(workerData.module).then(async ({ openKeyIndex }) => {
        const index = openKeyIndex(workerData.folder, { keysPerTransaction: 3 });
        await index.announce({ path: workerData.path, keys: workerData.keys });
        await index.close();
      });`;
    const module = new URL('./key-index.ts', import.meta.url).href;
    const keys = Array.from({ length: 50 }, (_, row) => `key-${row}`);
    const threads = ['a', 'b', 'c'].map((path) => {
      const worker = new Worker(code, { eval: true, workerData: { module, folder, path, keys } });
      return new Promise((resolve, reject) => worker.once('exit', resolve).once('error', reject));
    });
    await Promise.all(threads);
    const named = { ...nothing, announced: ['a', 'b', 'c'] };
    expect(index.advance(null, at(0), named)).toBe(true);
    for (const [row, key] of keys.entries()) {
      const paths = index.find(key).map((found) => {
        expect(found.row).toBe(row);
        return found.path;
      });
      expect(paths.sort()).toEqual(['a', 'b', 'c']);
    }
  });

  it('begins anew in another life of the machine, and whatever an older version of it left', async () => {
    await writeFile(join(folder, 'data.mdb'), 'of format 1');
    const before = open({ life: 'first' });
    before.advance(null, at(0), { ...nothing, added: [{ path: 'a', keys: ['x'] }] });
    await before.close();
    const same = open({ life: 'first' });
    expect(same.stamp()).toEqual(at(0));
    await same.close();
    const after = open({ life: 'second' });
    expect(after.stamp()).toBeNull();
    expect(after.find('x')).toEqual([]);
    expect(await readdir(folder)).toEqual(['3-second']);
  });

  it('tells long keys apart', () => {
    const index = open();
    const [one, other] = [`${'k'.repeat(5000)}1`, `${'k'.repeat(5000)}2`];
    index.advance(null, at(0), { ...nothing, added: [{ path: 'a', keys: [one, other, ''] }] });
    expect(index.find(other)).toEqual([{ path: 'a', row: 1 }]);
    expect(index.find('')).toEqual([{ path: 'a', row: 2 }]);
  });
});
