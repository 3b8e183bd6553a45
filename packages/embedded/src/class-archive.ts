import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Java } from './java.ts';
import { tryKernelLock } from './kernel-lock.ts';
import type { JavaPartContext } from './parts/part-context.ts';
import { findFreePort } from './ports.ts';
import { manageProcess, type ProcessDefinition } from './supervise/managed-process.ts';

/**
 * Where the class archive (AppCDS) of a program belongs. Java accepts an archive only from the same build of
 * Java and the same jars at the same path, so all of these are part of the name.
 */
export const classArchiveFile = (cacheDirectory: string, programDirectory: string, java: Java): string => {
  const identity = [java.build, programDirectory, statSync(programDirectory).mtimeMs].join('\n');
  const hash = createHash('sha256').update(identity).digest('hex').slice(0, 12);
  return join(cacheDirectory, 'class-archives', `${basename(programDirectory)}-${hash}.jsa`);
};

export type ClassArchiveTraining = {
  /** The program; its `classArchive` is the file to make. */
  readonly context: Omit<JavaPartContext, 'dataDirectory' | 'logFile' | 'port'>;
  readonly define: (context: JavaPartContext) => ProcessDefinition;
};

/** Java writes the archive while it ends. */
const DUMP_WITHIN_MILLISECONDS = 120_000;

/**
 * Makes the class archive of a program: starts it in an empty folder on a free port, at the lowest priority,
 * waits until it works and stops it; Java writes the classes it has loaded at exit. A run of its own, because
 * recording slows a start down to twice its time and an end by seconds, and a killed process records nothing.
 * Does nothing when the archive exists or another process makes it.
 */
export const makeClassArchive = async (
  training: ClassArchiveTraining,
  signal: AbortSignal,
): Promise<void> => {
  const { context, define } = training;
  const file = context.classArchive;
  if (existsSync(file)) return;
  const folder = dirname(file);
  mkdirSync(folder, { recursive: true });
  const lock = tryKernelLock(join(folder, 'making.lock'));
  if (lock === null) return;
  for (const left of globSync('making-*', { cwd: folder })) {
    if (left !== 'making.lock') rmSync(join(folder, left), { recursive: true, force: true });
  }
  const workshop = mkdtempSync(join(folder, 'making-'));
  const recorded = join(workshop, 'classes.jsa');
  const definition = define({
    ...context,
    dataDirectory: join(workshop, 'data'),
    logFile: join(workshop, 'log'),
    port: await findFreePort(),
    recordClassesTo: recorded,
  });
  const trainee = manageProcess({
    ...definition,
    stopWithinMilliseconds: DUMP_WITHIN_MILLISECONDS,
    launch: async () => {
      const launch = await definition.launch();
      return { ...launch, command: 'nice', args: ['-n', '19', launch.command, ...launch.args] };
    },
  });
  const abort = (): void => void trainee.kill();
  signal.addEventListener('abort', abort);
  try {
    signal.throwIfAborted();
    await trainee.start();
    await trainee.stop();
    if (!existsSync(recorded)) return;
    // Archives of the same program made by another Java, or from jars that are gone.
    const program = basename(context.programDirectory);
    for (const old of globSync(`${program}-*.jsa`, { cwd: folder })) rmSync(join(folder, old));
    renameSync(recorded, file);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    signal.removeEventListener('abort', abort);
    rmSync(workshop, { recursive: true, force: true });
    lock.release();
  }
};
