import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isPlatformError } from '@marketing-streams/platform/errors';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { localStorage } from './local-storage.ts';
import { checkpointTable } from './log/checkpoint.ts';
import { LOG_FOLDER } from './log/log-paths.ts';
import { vacuumTable } from './maintenance/vacuum.ts';
import { readTable } from './read-table.ts';
import { column } from './schema/table-schema.ts';
import { openTable } from './table.ts';
import type { DeltaTable } from './table-types.ts';
import { rowsById } from './testing/temporary-tables.ts';

/** A file system of its own that can be full or read-only takes the right to mount; not everybody has it. */
const canMount = (): boolean => {
  const folder = join(tmpdir(), `mount-probe-${process.pid}`);
  try {
    execFileSync('mkdir', ['-p', folder]);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder], { stdio: 'ignore' });
    execFileSync('umount', [folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  } finally {
    execFileSync('rmdir', [folder]);
  }
};

const SCHEMA = [column.string('id', { nullable: false }), column.string('text')];

/** Hard to compress, so that batches take room. */
const batch = (number: number) =>
  Array.from({ length: 200 }, (_, index) => ({
    id: `${number}-${index}`,
    text: Array.from({ length: 30 }, () => Math.random().toString(36)).join(''),
  }));

describe.skipIf(!canMount())(
  'a table on a small disk (skipped without the right to mount)',
  {
    timeout: 30_000,
  },
  () => {
    let folder: string;
    let disk: string;
    let opened: DeltaTable[];

    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'faults-'));
      disk = join(folder, 'disk');
      opened = [];
      await mkdir(disk);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk]);
    });

    afterEach(async () => {
      for (const table of opened) await table.close();
      execFileSync('umount', [disk]);
      await rm(folder, { recursive: true });
    });

    const open = async (kind: 'append' | 'upsert'): Promise<DeltaTable> => {
      const table = await openTable({
        path: join(disk, 'table'),
        name: 'bronze.events',
        schema: SCHEMA,
        kind: kind === 'append' ? kind : { upsert: ['id'] },
        indexDir: join(folder, 'index'),
      });
      opened.push(table);
      return table;
    };

    const write = async (table: DeltaTable, number: number): Promise<void> => {
      const txns = [{ appId: 'app', expected: number === 0 ? null : number, version: number + 1 }];
      if (table.kind === 'append') await table.append(batch(number), { txns });
      else await table.upsert(batch(number), [], { txns });
    };

    /** Writes batches until the disk refuses one; how many were written, and the refusal. */
    const writeUntilRefused = async (table: DeltaTable, from = 0) => {
      for (let number = from; ; number++) {
        try {
          await write(table, number);
        } catch (error) {
          return { written: number, error };
        }
      }
    };

    it.each(['append', 'upsert'] as const)('loses nothing when it is full: %s', async (kind) => {
      await writeFile(join(disk, 'filler'), Buffer.alloc(300_000));
      const table = await open(kind);
      const { written, error } = await writeUntilRefused(table);
      expect(error).toMatchObject({
        code: 'DISK_FULL',
        message: expect.stringContaining(join(disk, 'table')),
      });
      expect(written).toBeGreaterThan(0);
      const reader = await readTable({ path: join(disk, 'table') });
      expect(await rowsById(reader)).toHaveLength(written * 200);
      expect(reader.position('app')).toBe(written);

      await unlink(join(disk, 'filler'));
      await table.refresh();
      expect(table.position('app')).toBe(written);
      await write(table, written);
      const ids = (await rowsById(await readTable({ path: join(disk, 'table') }))).map((row) => row['id']);
      expect(new Set(ids).size).toBe((written + 1) * 200);
      expect(ids).toHaveLength((written + 1) * 200);
      const names = await readdir(join(disk, 'table', LOG_FOLDER));
      expect(names.filter((name) => name.endsWith('.tmp'))).toEqual([]);
      const later = () => Date.now() + 10 * 3_600_000;
      const leftOver = await vacuumTable(localStorage(join(disk, 'table')), { clock: later });
      expect(leftOver.files.length).toBeLessThanOrEqual(1);
    });

    it('says which checkpoint it has no room for, and writes it later', async () => {
      const table = await open('append');
      await write(table, 0);
      const storage = localStorage(join(disk, 'table'));
      let room = 1 << 20;
      for (let part = 0; room >= 1024; part++) {
        await writeFile(join(disk, `filler-${part}`), Buffer.alloc(room)).catch(async (error) => {
          if (error.code !== 'ENOSPC') throw error;
          await unlink(join(disk, `filler-${part}`));
          room >>= 1;
        });
      }
      await expect(checkpointTable(storage, { force: true })).rejects.toMatchObject({
        code: 'DISK_FULL',
        message: expect.stringContaining('1.checkpoint.parquet'),
      });
      for (const name of await readdir(disk)) if (name.startsWith('filler')) await unlink(join(disk, name));
      expect(await checkpointTable(storage, { force: true })).toBe(1);
      expect(await rowsById(await readTable({ path: storage }))).toHaveLength(200);
    });

    it('is read when it is read-only, refuses to be written with its path, and is written when it is not', async () => {
      const table = await open('append');
      await write(table, 0);
      execFileSync('mount', ['-o', 'remount,ro', disk]);
      const refusal = await write(table, 1).then(
        () => null,
        (error: unknown) => error,
      );
      expect(isPlatformError(refusal, 'STORAGE_UNAVAILABLE')).toBe(true);
      expect(String(refusal)).toMatch(new RegExp(`${join(disk, 'table')}.*EROFS`));
      expect(await rowsById(await readTable({ path: join(disk, 'table') }))).toHaveLength(200);
      execFileSync('mount', ['-o', 'remount,rw', disk]);
      await write(table, 1);
      expect(await rowsById(await readTable({ path: join(disk, 'table') }))).toHaveLength(400);
    });
  },
);
