import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statfsSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const BLOCK = Buffer.alloc(4_096, 1);
const CHUNK_BYTES = 1_048_576;

const appendUntilFull = (file: string, bytes: Buffer): void => {
  try {
    for (;;) writeFileSync(file, bytes, { flag: 'a' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
};

/** A file system of a few megabytes that can be filled to its last byte. */
export type SmallDisk = {
  readonly fill: () => void;
  /** Gives back what `fill` took. */
  readonly empty: () => void;
  readonly unmount: () => void;
};

/** Mounts a file system of its own size on a folder, which is made; files in it lie in memory. Needs the right to. */
export const mountSmallDisk = (folder: string, megabytes: number): SmallDisk => {
  mkdirSync(folder, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder], { stdio: 'ignore' });
  const ballast = join(folder, 'ballast');
  return {
    fill: () => {
      const { bavail, bsize } = statfsSync(folder);
      appendUntilFull(ballast, Buffer.alloc(Math.min(bavail * bsize, CHUNK_BYTES), 1));
      // Others write and free meanwhile: to the last block.
      appendUntilFull(ballast, BLOCK);
    },
    empty: () => truncateSync(ballast, 0),
    unmount: () => execFileSync('umount', ['--lazy', folder]),
  };
};

/** False without the right to mount (root on Linux has it, many containers do not). */
export const canMount = (): boolean => {
  const folder = mkdtempSync(join(tmpdir(), 'mount-probe-'));
  try {
    mountSmallDisk(folder, 1).unmount();
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
