import { chmodSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { PlatformError } from '@marketing-streams/platform/errors';
import { REDIS_BUNDLE } from '../download/bundles.ts';
import { type DownloadContext, ensureBundle } from '../download/ensure-bundle.ts';
import { runCommand } from '../run-command.ts';

const OLDEST_REDIS = [6, 2] as const;

const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

const HOW_TO_INSTALL = `install Redis ${OLDEST_REDIS.join('.')} or newer (Debian, Ubuntu: apt-get install redis-server; macOS: brew install redis)`;

/** Whether the output of `redis-server --version` names a version that will do. */
export const isRecentRedis = (output: string): boolean => {
  const match = /v=(\d+)\.(\d+)/.exec(output);
  if (match === null) return false;
  const [major, minor] = [Number(match[1]), Number(match[2])];
  return major > OLDEST_REDIS[0] || (major === OLDEST_REDIS[0] && minor >= OLDEST_REDIS[1]);
};

/**
 * The Redis to run: a recent enough `redis-server` on PATH, else the one from Maven Central. Throws
 * PREREQUISITE_MISSING when there is none for this machine, or when a library it needs is missing.
 */
export const findRedis = async (context: DownloadContext): Promise<string> => {
  const { environment } = context;
  const installed = await runCommand('redis-server', ['--version'], { environment });
  if (isRecentRedis(installed.output)) return 'redis-server';
  const architecture = ARCHITECTURES[process.arch] ?? process.arch;
  const folder = await ensureBundle(REDIS_BUNDLE, context);
  const [name] = globSync(`redis-server-*-${process.platform}-${architecture}`, { cwd: folder });
  if (name === undefined) {
    throw new PlatformError(
      'PREREQUISITE_MISSING',
      `there is no packaged Redis for ${process.platform} on ${process.arch}: ${HOW_TO_INSTALL}`,
    );
  }
  const binary = join(folder, name);
  chmodSync(binary, 0o755);
  const packaged = await runCommand(binary, ['--version'], { environment });
  if (isRecentRedis(packaged.output)) return binary;
  const library = /lib(ssl|crypto)[\w.]*/.exec(packaged.output)?.[0];
  throw new PlatformError(
    'PREREQUISITE_MISSING',
    library === undefined
      ? `the packaged Redis does not run here (${packaged.output.trim()}): ${HOW_TO_INSTALL}`
      : `the packaged Redis needs ${library}: install OpenSSL 3 (Debian, Ubuntu: apt-get install libssl3), or ${HOW_TO_INSTALL}`,
  );
};
