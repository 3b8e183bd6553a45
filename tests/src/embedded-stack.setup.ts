import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tryKernelLock } from '@marketing-streams/embedded/kernel-lock';
import { progressPrinter } from '@marketing-streams/embedded/progress';
import { startEmbeddedStack } from '@marketing-streams/embedded/stack';

/**
 * Vitest global setup of every kind of test that needs the outside world: one embedded stack on free ports, its
 * addresses in the environment that the test workers inherit. A stack of your own is used instead when
 * KAFKA_BOOTSTRAP_SERVERS, SCHEMA_REGISTRY_URL and REDIS_URL are all set.
 */

const ADDRESSES = ['KAFKA_BOOTSTRAP_SERVERS', 'SCHEMA_REGISTRY_URL', 'REDIS_URL'] as const;

const FOLDER_PREFIX = 'marketing-streams-tests-';
const ABANDONED_AFTER_MILLISECONDS = 3_600_000;

/** Vitest loads this file anew for each project: what they share lives on the process. */
type Shared = { users: number; readonly stop: Promise<() => Promise<void>> };
const SHARED = Symbol.for('marketing-streams.tests.embedded-stack');
const onProcess = globalThis as { [SHARED]?: Shared };

/** Removes what test runs left that were killed before their teardown. */
const removeAbandonedFolders = (): void => {
  for (const name of readdirSync(tmpdir())) {
    if (!name.startsWith(FOLDER_PREFIX)) continue;
    const folder = join(tmpdir(), name);
    const age = Date.now() - (statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age < ABANDONED_AFTER_MILLISECONDS) continue;
    const lock = tryKernelLock(join(folder, 'stack.lock'));
    lock?.release();
    if (lock !== null) rmSync(folder, { recursive: true, force: true });
  }
};

const startShared = async (): Promise<() => Promise<void>> => {
  if (ADDRESSES.every((name) => process.env[name])) return () => Promise.resolve();
  // `make test-faults`: every scenario has a stack of its own.
  if (process.env['FAULTS'] === 'all') return () => Promise.resolve();
  removeAbandonedFolders();
  const folder = mkdtempSync(join(tmpdir(), FOLDER_PREFIX));
  const removeFolder = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const stack = await startEmbeddedStack({
      localDirectory: folder,
      ports: { kafka: 0, registry: 0, redis: 0 },
      onProgress: progressPrinter(process.stderr),
    });
    process.env['KAFKA_BOOTSTRAP_SERVERS'] = stack.kafkaBootstrapServers;
    process.env['SCHEMA_REGISTRY_URL'] = stack.schemaRegistryUrl;
    process.env['REDIS_URL'] = stack.redisUrl;
    return async () => {
      await stack.stop();
      for (const name of ADDRESSES) delete process.env[name];
      removeFolder();
    };
  } catch (error) {
    removeFolder();
    throw error;
  }
};

/** Called once for each project that has files to run; the first call starts the stack. */
export const setup = async (): Promise<void> => {
  onProcess[SHARED] ??= { users: 0, stop: startShared() };
  const shared = onProcess[SHARED];
  shared.users++;
  await shared.stop;
};

/** The last project to end stops the stack. */
export const teardown = async (): Promise<void> => {
  const shared = onProcess[SHARED];
  if (shared === undefined || --shared.users > 0) return;
  delete onProcess[SHARED];
  const stop = await shared.stop;
  await stop();
};
