import { join } from 'node:path';
import { type KernelLock, lockHolder, tryKernelLock } from '@marketing-streams/embedded/kernel-lock';
import { assertPortFree } from '@marketing-streams/embedded/ports';
import { PlatformError } from '@marketing-streams/platform/errors';
import { healthPortOf, servicesOf } from './services.ts';
import type { DemoSettings } from './settings.ts';

/** One demo to a folder. Throws ALREADY_RUNNING with the other one's process id. */
export const lockDemo = (settings: DemoSettings): KernelLock => {
  const file = join(settings.localDirectory, 'demo.lock');
  const lock = tryKernelLock(file);
  if (lock !== null) return lock;
  const holder = lockHolder(file);
  throw new PlatformError(
    'ALREADY_RUNNING',
    `a demo runs already in ${settings.localDirectory}${holder === null ? '' : ` (process ${holder})`}: end it with Ctrl-C there, or set LOCAL_DIR, DELTA_DIR, PORT, KAFKA_PORT, REGISTRY_PORT and REDIS_PORT to run another beside it`,
  );
};

/** Throws PORT_TAKEN for the first port of ours that somebody else listens on. */
export const assertPortsFree = async (settings: DemoSettings): Promise<void> => {
  await assertPortFree('Kafka', settings.ports.kafka, 'KAFKA_PORT');
  await assertPortFree('the schema registry', settings.ports.registry, 'REGISTRY_PORT');
  await assertPortFree('Redis', settings.ports.redis, 'REDIS_PORT');
  for (const name of servicesOf(settings)) {
    const what = name === 'webapp' ? 'the page' : `the health of ${name} (from PORT + 101 on)`;
    await assertPortFree(what, healthPortOf(settings, name), 'PORT');
  }
};
