import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { PlatformError } from '@marketing-streams/platform/errors';
import { findFreePort } from '../ports.ts';
import { runCommand } from '../run-command.ts';
import { tellingLine } from '../supervise/log-tail.ts';
import type { Launch, ProcessDefinition } from '../supervise/managed-process.ts';
import { javaFlags } from './java-launch.ts';
import { newClusterId } from './kafka-cluster-id.ts';
import { endFormerSession } from './kafka-former-session.ts';
import { kafkaProbe } from './kafka-probe.ts';
import { KAFKA_LOGGING, kafkaSettings } from './kafka-settings.ts';
import type { JavaPartContext } from './part-context.ts';

const HEAP_MEGABYTES = 384;

/** The same list in the same order every time: a class archive is valid for one class path only. */
const classPath = (programDirectory: string): string =>
  readdirSync(programDirectory)
    .filter((name) => name.endsWith('.jar'))
    .sort()
    .map((name) => join(programDirectory, name))
    .join(delimiter);

/** Gives a new data folder its cluster id. Kafka refuses to start on a folder that was never formatted. */
const formatOnce = async (context: JavaPartContext, settingsFile: string, data: string): Promise<void> => {
  if (existsSync(join(data, 'meta.properties'))) return;
  const clusterId = newClusterId();
  const { recordClassesTo: _, ...unrecorded } = context;
  const result = await runCommand(
    context.java.command,
    [
      ...javaFlags(unrecorded, HEAP_MEGABYTES),
      '-cp',
      classPath(context.programDirectory),
      ...['kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', settingsFile],
    ],
    { environment: context.environment },
  );
  if (result.code === 0) return;
  const reason = tellingLine(result.output.split('\n'));
  throw new PlatformError(
    /No space left on device/.test(result.output) ? 'DISK_FULL' : 'KAFKA_UNAVAILABLE',
    `Kafka could not format ${data}: ${reason}`,
  );
};

/** Apache Kafka as one KRaft node, broker and controller in one process. */
export const kafkaDefinition = (context: JavaPartContext): ProcessDefinition => ({
  name: 'Kafka',
  logFile: context.logFile,
  failureCode: 'KAFKA_UNAVAILABLE',
  // After a kill -9 it reads all that was written since the last checkpoint before it answers.
  readyWithinMilliseconds: 180_000,
  stopWithinMilliseconds: 20_000,
  probe: kafkaProbe(context.port),
  launch: async () => {
    const data = join(context.dataDirectory, 'data');
    const settingsFile = join(context.dataDirectory, 'server.properties');
    const loggingFile = join(context.dataDirectory, 'log4j2.yaml');
    mkdirSync(context.dataDirectory, { recursive: true });
    const node = { port: context.port, controllerPort: await findFreePort(), dataDirectory: data };
    writeFileSync(settingsFile, kafkaSettings(node));
    writeFileSync(loggingFile, KAFKA_LOGGING);
    await formatOnce(context, settingsFile, data);
    const commandWith =
      (from: JavaPartContext) =>
      (settings: string): Launch => ({
        command: context.java.command,
        args: [
          ...javaFlags(from, HEAP_MEGABYTES),
          `-Dlog4j2.configurationFile=${loggingFile}`,
          '-cp',
          classPath(context.programDirectory),
          'kafka.Kafka',
          settings,
        ],
        environment: context.environment,
      });
    const { recordClassesTo: _, ...unrecorded } = context;
    await endFormerSession(node, context.dataDirectory, commandWith(unrecorded));
    return commandWith(context)(settingsFile);
  },
});
