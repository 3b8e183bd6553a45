import { execFileSync } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  statfsSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StoreMeta } from './store-meta.ts';
import { openTaskStore } from './task-store.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'damaged-store-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const owner = { producer_id: '7', epoch: 1 };
const meta = (transaction: number): StoreMeta => ({
  cluster_id: 'c',
  tasks: 1,
  partitions: 1,
  rule_version: '1',
  owner,
  offsets: { 'topic/0': transaction },
  transaction,
  stream_time: 0,
  timers: {},
  complete: true,
});

const rows = (transaction: number) =>
  new Map(Array.from({ length: 500 }, (_, row) => [`${transaction}/${row}`, { text: 'x'.repeat(200) }]));

/** A store as a process leaves it that was killed between two writes. */
const killedStore = async (path: string): Promise<void> => {
  const store = openTaskStore(path);
  await store.claim(owner);
  store.write(rows(1), meta(1), null);
  store.write(rows(2), meta(2), meta(1));
};

const overwrite = (file: string): void => {
  const opened = openSync(file, 'r+');
  writeSync(opened, Buffer.alloc(512, 0xa5), 0, 512, 40_000);
  closeSync(opened);
};

describe('a store that was damaged while nobody had it open', () => {
  it.each([
    ['cut', (file: string) => truncateSync(file, 50_000)],
    ['emptied', (file: string) => truncateSync(file, 0)],
    ['overwritten in a place', overwrite],
    ['deleted', (file: string) => rmSync(file)],
  ])('is begun anew when its file is %s', async (_, damage) => {
    const path = join(folder, 'store');
    await killedStore(path);
    damage(join(path, 'data.mdb'));
    const store = openTaskStore(path);
    expect(store.meta()).toBeNull();
    expect([...store.range('')]).toEqual([]);
    await store.claim({ producer_id: '7', epoch: 2 });
    await store.close();
  });

  it('is kept when only its lock is gone, or nothing', async () => {
    const path = join(folder, 'store');
    await killedStore(path);
    rmSync(join(path, 'lock.mdb'));
    const store = openTaskStore(path);
    expect(store.meta()).toEqual(meta(2));
    expect([...store.range('')]).toHaveLength(1_000);
    await store.close();
    const again = openTaskStore(path);
    expect(again.meta()).toEqual(meta(2));
    await again.close();
  });
});

const mount = (path: string): void => {
  mkdirSync(path);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', path], { stdio: 'ignore' });
};

const canMount = (): boolean => {
  const probe = mkdtempSync(join(tmpdir(), 'mount-probe-'));
  try {
    mount(join(probe, 'disk'));
    execFileSync('umount', [join(probe, 'disk')]);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(probe, { recursive: true, force: true });
  }
};

describe.skipIf(!canMount())('a store on a full disk (skipped without the right to mount)', () => {
  it('takes nothing, keeps what it has, and goes on once there is room', async () => {
    const disk = join(folder, 'disk');
    mount(disk);
    try {
      const store = openTaskStore(join(disk, 'store'));
      await store.claim(owner);
      store.write(rows(1), meta(1), null);
      const { bavail, bsize } = statfsSync(disk);
      writeFileSync(join(disk, 'ballast'), Buffer.alloc(bavail * bsize));
      const write = (): void => store.write(rows(2), meta(2), meta(1));
      const full = expect.objectContaining({ code: 'STORAGE_UNAVAILABLE', retriable: true });
      expect(write).toThrow(full);
      expect(write).toThrow(full);
      expect(store.meta()).toEqual(meta(1));
      // As after a kill: the next owner finds the same.
      const other = openTaskStore(join(disk, 'store'));
      expect([...other.range('')]).toHaveLength(500);
      await other.close();
      expect(() => openTaskStore(join(disk, 'another'))).toThrow(full);
      truncateSync(join(disk, 'ballast'));
      write();
      expect([...store.range('')]).toHaveLength(1_000);
      await store.close();
    } finally {
      execFileSync('umount', ['--lazy', disk]);
    }
  });
});
