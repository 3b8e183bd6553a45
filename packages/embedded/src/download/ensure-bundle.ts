import { existsSync, globSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { PlatformError } from '@marketing-streams/platform/errors';
import { waitForKernelLock } from '../kernel-lock.ts';
import type { OnProgress } from '../progress.ts';
import { type CommandResult, runCommand } from '../run-command.ts';
import type { Bundle } from './bundles.ts';
import { mavenArguments, pomOf } from './pom.ts';
import { countReceivedBytes } from './received-bytes.ts';

export type DownloadContext = {
  /** Folder that holds one folder per bundle; may be shared by several stacks. */
  readonly cacheDirectory: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly onProgress: OnProgress;
  readonly signal: AbortSignal;
};

/** Both downloads, what they unpack to, and Maven's own copy of them. */
const NEEDED_BYTES = 1_500_000_000;

const assertRoom = async (folder: string): Promise<void> => {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free >= NEEDED_BYTES) return;
  throw new PlatformError(
    'DISK_FULL',
    `only ${(free / 1e9).toFixed(1)} GB are free under ${folder}, the first start needs ${NEEDED_BYTES / 1e9} GB: make room, or set EMBEDDED_CACHE_DIR to a folder on another disk`,
  );
};

const assertDownloaded = (bundle: Bundle, folder: string, result: CommandResult): void => {
  if (result.missing) {
    throw new PlatformError(
      'PREREQUISITE_MISSING',
      `Maven is missing (no mvn on PATH); it downloads ${bundle.title} once: install it (Debian, Ubuntu: apt-get install maven; macOS: brew install maven)`,
    );
  }
  if (/No space left on device/.test(result.output)) {
    throw new PlatformError('DISK_FULL', `the disk got full while downloading ${bundle.title}: make room`);
  }
  if (result.code === 0 && existsSync(folder)) return;
  const reason = /\[ERROR\]\S* (.*)/.exec(result.output)?.[1] ?? `mvn ended with code ${result.code}`;
  throw new PlatformError('PREREQUISITE_MISSING', `could not download ${bundle.title}: ${reason}`);
};

const download = async (bundle: Bundle, finalFolder: string, context: DownloadContext): Promise<void> => {
  const { cacheDirectory, environment, onProgress, signal } = context;
  // We hold the lock: whatever lies here was left by a process that was killed.
  for (const left of globSync('.partial-*', { cwd: cacheDirectory })) {
    rmSync(join(cacheDirectory, left), { recursive: true, force: true });
  }
  await assertRoom(cacheDirectory);
  const partial = join(cacheDirectory, `.partial-${bundle.folder}`);
  const folder = join(partial, 'files');
  const pomFile = join(partial, 'pom.xml');
  mkdirSync(partial);
  writeFileSync(pomFile, pomOf(bundle));
  const received = countReceivedBytes();
  const report = (done: boolean): void =>
    onProgress({
      part: bundle.part,
      what: bundle.title,
      totalBytes: bundle.totalBytes,
      receivedBytes: received.total(),
      done,
    });
  report(false);
  const timer = setInterval(() => report(false), 1000);
  try {
    const result = await runCommand('mvn', mavenArguments(bundle, pomFile, folder), {
      environment,
      onLine: received.onLine,
      signal,
    });
    assertDownloaded(bundle, folder, result);
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    throw error;
  } finally {
    clearInterval(timer);
  }
  renameSync(folder, finalFolder);
  rmSync(partial, { recursive: true, force: true });
  report(true);
};

/**
 * The folder of a bundle, downloaded by Maven the first time. It appears under its name only when it is
 * complete, and one process at a time downloads into a cache; others wait for it and find the folder there.
 *
 * Throws PREREQUISITE_MISSING without Maven or when it cannot download, DISK_FULL without room.
 */
export const ensureBundle = async (bundle: Bundle, context: DownloadContext): Promise<string> => {
  const folder = join(context.cacheDirectory, bundle.folder);
  if (existsSync(folder)) return folder;
  mkdirSync(context.cacheDirectory, { recursive: true });
  const lock = await waitForKernelLock(join(context.cacheDirectory, 'download.lock'), () => undefined);
  try {
    if (!existsSync(folder)) await download(bundle, folder, context);
  } finally {
    lock.release();
  }
  return folder;
};
