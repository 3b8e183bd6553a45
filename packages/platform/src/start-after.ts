import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

const POLL_MILLISECONDS = 20;

/**
 * Waits for the file that `START_AFTER` names, when it names one. Whoever starts a service together with what it
 * needs makes that file when all of it is there: the service has loaded its modules by then, which takes as long as
 * Kafka takes to start, and has not knocked at closed doors meanwhile.
 */
export const untilStartFileExists = async (
  file: string | undefined = process.env['START_AFTER'],
): Promise<void> => {
  if (file === undefined || file === '') return;
  while (!existsSync(file)) await delay(POLL_MILLISECONDS);
};
