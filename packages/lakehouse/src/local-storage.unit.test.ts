import { mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localStorage } from './local-storage.ts';
import { describeStorage } from './testing/storage-contract.ts';

let parent: string;

beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'storage-'));
});

afterAll(() => rm(parent, { recursive: true }));

const newFolder = (): Promise<string> => mkdtemp(join(parent, 'folder-'));

describeStorage('localStorage', async () => localStorage(await newFolder()));

describe('localStorage', () => {
  it('leaves nothing but the file when many want to create it', async () => {
    const folder = await newFolder();
    await Promise.all(
      Array.from({ length: 20 }, (_, writer) =>
        localStorage(folder).putIfAbsent('log/1.json', Buffer.from(`writer ${writer}`)),
      ),
    );
    expect(await readdir(join(folder, 'log'))).toEqual(['1.json']);
  });

  it('walks what interrupted writes left behind, and does not list it', async () => {
    const storage = localStorage(await newFolder());
    await storage.write('log/.half.tmp', Buffer.from('half'));
    const found: string[] = [];
    for await (const { path } of storage.walk('log')) found.push(path);
    expect(found).toEqual(['log/.half.tmp']);
    expect(await storage.list('log')).toEqual([]);
  });

  it('lists a folder although a file of it is gone by the time it is looked at', async () => {
    const folder = await newFolder();
    const storage = localStorage(folder);
    await storage.write('log/1.json', Buffer.from('x'));
    // A name without a file behind it, as a deleted file is between the two looks.
    await symlink('nowhere', join(folder, 'log/0.json'));
    expect(await storage.list('log')).toMatchObject([{ path: 'log/1.json' }]);
  });

  it('says which file the system refused', async () => {
    const folder = await newFolder();
    const storage = localStorage(folder);
    await storage.write('part', Buffer.from('a file, not a folder'));
    await expect(storage.write('part/inside', Buffer.from('x'))).rejects.toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
      message: expect.stringContaining(join(folder, 'part/inside')),
    });
  });
});
