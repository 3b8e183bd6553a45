import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isPlatformError } from '@marketing-streams/platform/errors';
import { type Launch, manageProcess } from '../supervise/managed-process.ts';
import type { Probe } from '../supervise/poll.ts';
import { controllerSettings, type KafkaNode } from './kafka-settings.ts';

/** Kafka leaves this file in its data folder when it ends in order, and removes it at the next start. */
const CLEAN_END_FILE = '.kafka_cleanshutdown';

/** The topic of the cluster's metadata: there since the first start. */
const METADATA_FOLDER = '__cluster_metadata-0';

/** A controller that has taken over waits this long for the broker that is not there, with room to spare. */
const FENCED_WITHIN_MILLISECONDS = 2000;

const READY_WITHIN_MILLISECONDS = 60_000;

/** True when the node was killed while it ran, or the machine was. */
const endedUncleanly = (dataDirectory: string): boolean =>
  existsSync(join(dataDirectory, METADATA_FOLDER)) && !existsSync(join(dataDirectory, CLEAN_END_FILE));

/** Satisfied when the controller has fenced the broker, or had time to and found nothing to fence. */
const fencedProbe = (logFile: string): Probe => {
  let takenOverAt: number | undefined;
  return async () => {
    const log = readFileSync(logFile, 'utf8');
    if (/Fencing broker \d+ at epoch/.test(log)) return null;
    if (!log.includes('Activated periodic tasks')) return 'the controller has not taken over yet';
    takenOverAt ??= Date.now();
    return Date.now() - takenOverAt > FENCED_WITHIN_MILLISECONDS ? null : 'the broker is not fenced yet';
  };
};

/**
 * Ends the session that a killed node still has in its own metadata, before the node starts again. Does nothing
 * after an end in order.
 *
 * Without it a restarted node takes itself for the leader of all partitions until it is allowed to register
 * again, loads the transactions that were about to be committed, is then fenced as its own former self, finds no
 * leader to send their commit markers to, and drops them ("likely deleted already and hence can be skipped").
 * Such a transaction stays open for ever: its records are invisible and its group's positions unreadable. So the
 * controller runs alone for a moment and fences the broker that is gone. See docs/decisions/0012.
 */
export const endFormerSession = async (
  node: KafkaNode,
  folder: string,
  launch: (settingsFile: string) => Launch,
): Promise<void> => {
  if (!endedUncleanly(node.dataDirectory)) return;
  const settingsFile = join(folder, 'controller.properties');
  const logFile = join(folder, 'controller.log');
  mkdirSync(folder, { recursive: true });
  writeFileSync(settingsFile, controllerSettings(node));
  rmSync(logFile, { force: true });
  const controller = manageProcess({
    name: 'Kafka controller',
    logFile,
    failureCode: 'KAFKA_UNAVAILABLE',
    readyWithinMilliseconds: READY_WITHIN_MILLISECONDS,
    stopWithinMilliseconds: READY_WITHIN_MILLISECONDS,
    probe: fencedProbe(logFile),
    launch: () => launch(settingsFile),
  });
  try {
    await controller.start();
  } catch (error) {
    // Whatever is wrong here is wrong with the node too, which tells it better.
    if (!isPlatformError(error, 'KAFKA_UNAVAILABLE')) throw error;
  }
  await controller.stop();
};
