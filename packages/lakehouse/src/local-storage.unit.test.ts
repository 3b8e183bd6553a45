import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { localStorage } from './local-storage.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'storage-'));
});

afterEach(() => rm(folder, { recursive: true }));

describe('localStorage', () => {
  it('lets exactly one of many create a file, whole', async () => {
    const writers = Array.from({ length: 20 }, (_, writer) => {
      const storage = localStorage(folder);
      return storage.putIfAbsent('log/1.json', Buffer.from(`writer ${writer} `.repeat(1000)));
    });
    const won = await Promise.all(writers);
    expect(won.filter(Boolean)).toHaveLength(1);
    const text = (await localStorage(folder).read('log/1.json'))!.toString();
    expect(text).toBe(`writer ${won.indexOf(true)} `.repeat(1000));
    expect(await readdir(join(folder, 'log'))).toEqual(['1.json']);
  });

  it('lists the files of a folder in order, from a name on', async () => {
    const storage = localStorage(folder);
    for (const name of ['c', 'a', 'b']) await storage.write(`log/${name}`, Buffer.from(name));
    await storage.write('log/nested/d', Buffer.from('d'));
    expect((await storage.list('log')).map(({ path, bytes }) => [path, bytes])).toEqual([
      ['log/a', 1],
      ['log/b', 1],
      ['log/c', 1],
    ]);
    expect((await storage.list('log', 'b')).map(({ path }) => path)).toEqual(['log/b', 'log/c']);
    expect(await storage.list('nowhere')).toEqual([]);
  });

  it('walks every file below a folder, leftovers of interrupted writes included', async () => {
    const storage = localStorage(folder);
    for (const path of ['log/a', 'log/deep/er/b', 'other/c', 'log/.half.tmp'])
      await storage.write(path, Buffer.from(path));
    const found: (readonly [string, number])[] = [];
    for await (const { path, bytes } of storage.walk('log')) found.push([path, bytes]);
    expect(found.sort()).toEqual([
      ['log/.half.tmp', 13],
      ['log/a', 5],
      ['log/deep/er/b', 13],
    ]);
    for await (const { path } of storage.walk('nowhere')) expect.unreachable(path);
  });

  it('reads whole files and ranges', async () => {
    const storage = localStorage(folder);
    await storage.write('data', Buffer.from('0123456789'));
    expect((await storage.readRange('data', 3, 6)).toString()).toBe('345');
    expect(await storage.read('nothing')).toBeNull();
    await expect(storage.readRange('nothing', 0, 1)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('replaces a file and deletes it, twice if asked', async () => {
    const storage = localStorage(folder);
    await storage.replace('hint', Buffer.from('old'));
    await storage.replace('hint', Buffer.from('new'));
    expect((await storage.read('hint'))!.toString()).toBe('new');
    await storage.delete('hint');
    await storage.delete('hint');
    expect(await storage.read('hint')).toBeNull();
  });

  it('never overwrites a data file', async () => {
    const storage = localStorage(folder);
    await storage.write('part', Buffer.from('first'));
    await expect(storage.write('part', Buffer.from('second'))).rejects.toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
    });
    expect((await storage.read('part'))!.toString()).toBe('first');
  });

  it('says which file the system refused', async () => {
    const storage = localStorage(folder);
    await storage.write('part', Buffer.from('a file, not a folder'));
    await expect(storage.write('part/inside', Buffer.from('x'))).rejects.toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
      message: expect.stringContaining(join(folder, 'part/inside')),
    });
  });
});
