import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type IndexRoot, takeIndexRoot } from './index-root.ts';

let noteFolder: string;
const taken: IndexRoot[] = [];

beforeEach(() => {
  noteFolder = mkdtempSync(join(tmpdir(), 'index-root-'));
});
afterEach(async () => {
  for (const root of taken.splice(0)) await root.release();
  rmSync(noteFolder, { recursive: true, force: true });
});

const take = async (host: string): Promise<IndexRoot> => {
  const root = await takeIndexRoot({ shared: '/shared', noteFolder, host });
  taken.push(root);
  return root;
};

describe('the root of key indexes', () => {
  it('is shared by the processes of one host', async () => {
    expect((await take('one')).folder).toBe('/shared');
    expect((await take('one')).folder).toBe('/shared');
  });

  it('is its own for every other host, and goes with it', async () => {
    await take('one');
    const [second, third] = [await take('two'), await take('three')];
    expect(new Set(['/shared', second.folder, third.folder]).size).toBe(3);
    expect(existsSync(second.folder)).toBe(true);
    await second.release();
    expect(existsSync(second.folder)).toBe(false);
    expect(existsSync(third.folder)).toBe(true);
  });

  it('passes to another host when its owner has not been heard of for a while', async () => {
    await take('one');
    utimesSync(join(noteFolder, 'index-host'), new Date(0), new Date(0));
    expect((await take('two')).folder).toBe('/shared');
    expect((await take('one')).folder).not.toBe('/shared');
  });

  it('passes to one of several hosts that find the owner gone at once', async () => {
    await take('one');
    utimesSync(join(noteFolder, 'index-host'), new Date(0), new Date(0));
    const roots = await Promise.all(['two', 'three', 'four'].map(take));
    expect(roots.filter(({ folder }) => folder === '/shared')).toHaveLength(1);
  });

  it('is taken where a full disk kept its owner from being noted', async () => {
    writeFileSync(join(noteFolder, 'index-host'), '');
    expect((await take('one')).folder).toBe('/shared');
  });

  it('of a host that was killed is removed after a day', async () => {
    const left = join(noteFolder, 'index-of-gone');
    mkdirSync(left);
    await take('one');
    expect(existsSync(left)).toBe(true);
    utimesSync(left, new Date(0), new Date(0));
    await take('one');
    expect(existsSync(left)).toBe(false);
  });
});
