import { rmSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { describeProgress } from '@marketing-streams/embedded/progress';
import { type EmbeddedStack, startEmbeddedStack } from '@marketing-streams/embedded/stack';
import { manageProcess } from '@marketing-streams/embedded/supervise/managed-process';
import { messageOf } from '@marketing-streams/platform/errors';
import { createTopics, registerSchemas } from './contracts.ts';
import { aborted, type Interruption, listenForInterruption } from './interruption.ts';
import { assertPortsFree, lockDemo } from './lock.ts';
import { serviceDefinition, servicesOf, startFileOf } from './services.ts';
import { type DemoSettings, isStore } from './settings.ts';
import { type StatusBoard, statusBoard } from './status-board.ts';
import { createSupervisor, type Supervisor } from './supervisor.ts';

const PARTS = ['kafka', 'registry', 'redis'] as const;

const startStack = (
  settings: DemoSettings,
  board: StatusBoard,
  interruption: Interruption,
): Promise<EmbeddedStack> => {
  for (const part of PARTS) board.update(part, { state: 'starting' });
  return startEmbeddedStack({
    localDirectory: settings.localDirectory,
    ports: settings.ports,
    signal: interruption.first,
    onProgress: (progress) =>
      board.update(progress.part, { state: progress.done ? 'starting' : describeProgress(progress) }),
  });
};

/** Services first, so that they finish what they have begun; the stack after them. */
const stopAll = async (
  supervisor: Supervisor,
  stack: EmbeddedStack | undefined,
  services: readonly string[],
  interruption: Interruption,
): Promise<void> => {
  const everything = [...services, ...PARTS];
  const kill = (): void => void supervisor.stop(everything, 'kill');
  interruption.second.addEventListener('abort', kill);
  await supervisor.stop(services, interruption.second.aborted ? 'kill' : 'gracefully');
  await supervisor.stop(PARTS, interruption.second.aborted ? 'kill' : 'gracefully');
  await stack?.stop();
  interruption.second.removeEventListener('abort', kill);
};

/**
 * Topics, then the services on them. The schemas come last: a service registers what it needs of them itself, and need
 * not wait while the registry is busy with the others. Resolves when all of it is there and every service answers.
 */
const bringUp = async (
  settings: DemoSettings,
  stack: EmbeddedStack,
  supervisor: Supervisor,
  interrupted: AbortSignal,
): Promise<void> => {
  await createTopics(stack, settings, () => {
    if (!interrupted.aborted) writeFileSync(startFileOf(settings), '');
  });
  if (interrupted.aborted) return;
  await supervisor.allReady();
  await registerSchemas(stack);
};

/**
 * The services' processes begin with the stack's: they load their modules while Kafka starts, and wait for the file
 * that says that the topics are there.
 */
const supervise = async (
  settings: DemoSettings,
  board: StatusBoard,
  interruption: Interruption,
): Promise<void> => {
  const supervisor = createSupervisor(board);
  const interrupted = aborted(interruption.first);
  let stack: EmbeddedStack | undefined;
  try {
    rmSync(startFileOf(settings), { force: true });
    const starting = startStack(settings, board, interruption);
    starting.catch(() => undefined);
    for (const name of servicesOf(settings)) {
      supervisor.add(name, manageProcess(serviceDefinition(settings, name)));
    }
    stack = await starting;
    for (const part of PARTS) supervisor.add(part, stack.parts[part], true);
    await Promise.race([bringUp(settings, stack, supervisor, interruption.first), interrupted]);
    if (interruption.first.aborted) return;
    board.line(`ready http://localhost:${settings.webappPort}`);
    stack.prepareFasterStart().catch((error: unknown) => {
      board.line(`the next start will not be faster: ${messageOf(error)}`);
    });
    await interrupted;
  } finally {
    await stopAll(supervisor, stack, servicesOf(settings), interruption);
  }
};

/**
 * Runs the whole platform until a person ends it: the embedded stack, topics and schemas, then all services
 * together, each restarted when it dies. Resolves when everything has ended in order.
 *
 * Throws what keeps it from starting: ALREADY_RUNNING, PORT_TAKEN, PREREQUISITE_MISSING, DISK_FULL.
 */
export const runDemo = async (settings: DemoSettings): Promise<void> => {
  const lock = lockDemo(settings);
  const interruption = listenForInterruption();
  try {
    await assertPortsFree(settings);
    const folder = (path: string): string => (isStore(path) ? path : relative(process.cwd(), path) || '.');
    const { localDirectory, deltaDirectory } = settings;
    const board = statusBoard([...PARTS, ...servicesOf(settings)], process.stdout);
    board.line(
      `data in ${folder(localDirectory)}, logs in ${folder(localDirectory)}/logs, tables in ${folder(deltaDirectory)}; Ctrl-C ends it all`,
    );
    try {
      await supervise(settings, board, interruption);
    } catch (error) {
      if (!interruption.first.aborted) throw error;
    } finally {
      board.close();
    }
  } finally {
    interruption.dispose();
    lock.release();
  }
};
