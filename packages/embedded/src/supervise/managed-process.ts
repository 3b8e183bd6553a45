import type { ChildProcess } from 'node:child_process';
import { closeSync, fstatSync, mkdirSync, openSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { type ErrorCode, messageOf, PlatformError } from '@marketing-streams/platform/errors';
import { spawnLeashed } from './leash.ts';
import { lastLines, tellingLine } from './log-tail.ts';
import { type Probe, pollUntilWell } from './poll.ts';

/** What to run. */
export type Launch = {
  readonly command: string;
  readonly args: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  readonly workingDirectory?: string;
};

/** A child process, declared: how it starts, how to see that it works, how long it may take to end. */
export type ProcessDefinition = {
  /** Its name in messages. */
  readonly name: string;
  /** Standard output and error are appended here; beyond 20 MB the file is set aside as `.1` at a start. */
  readonly logFile: string;
  /** Called before every start. */
  readonly launch: () => Launch | Promise<Launch>;
  readonly probe: Probe;
  /** A process that has not answered by then is killed; `Infinity` waits for ever. */
  readonly readyWithinMilliseconds: number;
  /** From SIGTERM to SIGKILL. */
  readonly stopWithinMilliseconds: number;
  /** Opens a Node IPC channel and leaves it the time of `stopWithinMilliseconds` when this process dies. */
  readonly ipc?: boolean;
  /** Code of the error when it ends before it answers. */
  readonly failureCode: ErrorCode;
};

/** How a process ended, and what its log says about it. */
export type ProcessExit = {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** True when `stop` or `kill` asked for it. */
  readonly expected: boolean;
  /** The log line that most likely says why; empty when there is none. */
  readonly lastLogLine: string;
};

export type ManagedProcess = {
  readonly name: string;
  readonly logFile: string;
  /** Asks the running process whether it works. */
  readonly probe: Probe;
  /** Its process id, null while it does not run. */
  readonly pid: () => number | null;
  /** Starts it and resolves when it answers. Throws the definition's `failureCode`, or DISK_FULL. */
  readonly start: () => Promise<void>;
  /** SIGTERM, then SIGKILL when it takes too long; resolves when it has ended. */
  readonly stop: () => Promise<void>;
  /** Sends a signal (SIGKILL unless told) and resolves when it has ended. */
  readonly kill: (signal?: NodeJS.Signals) => Promise<void>;
  /** `stop`, then `start`. */
  readonly restart: () => Promise<void>;
  /** Resolves when the process that runs now has ended; at once when none runs. */
  readonly ended: () => Promise<void>;
  /** Called at every end of the process. */
  readonly onExit: (listener: (exit: ProcessExit) => void) => void;
};

const LOG_LIMIT_BYTES = 20_000_000;

const openLog = (file: string): { readonly descriptor: number; readonly size: number } => {
  mkdirSync(dirname(file), { recursive: true });
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > LOG_LIMIT_BYTES) renameSync(file, `${file}.1`);
  const descriptor = openSync(file, 'a');
  return { descriptor, size: fstatSync(descriptor).size };
};

const describeEnd = (exit: Pick<ProcessExit, 'code' | 'signal'>): string =>
  exit.signal === null ? `ended with code ${exit.code}` : `was ended by ${exit.signal}`;

/** One sentence about an end: how, and the log's last word. */
export const describeExit = (name: string, exit: ProcessExit): string =>
  `${name} ${describeEnd(exit)}${exit.lastLogLine === '' ? '' : `: ${exit.lastLogLine}`}`;

/**
 * Takes care of one child process on a leash: start it, wait until it works, stop it, kill it, start it again.
 * It does not restart by itself; `keepAlive` adds that.
 */
export const manageProcess = (definition: ProcessDefinition): ManagedProcess => {
  const listeners: ((exit: ProcessExit) => void)[] = [];
  let child: ChildProcess | undefined;
  let ended: Promise<ProcessExit> | undefined;
  let expected = false;

  const failedToStart = (what: string, lastLogLine: string): PlatformError => {
    const full = /No space left on device|ENOSPC/.test(lastLogLine);
    return new PlatformError(
      full ? 'DISK_FULL' : definition.failureCode,
      `${what} (log: ${definition.logFile})`,
      { details: { lastLogLine } },
    );
  };

  /** Resolves once the process is there; its end is a promise inside, so that awaiting the launch does not wait for it. */
  const launch = async (): Promise<{ readonly exit: Promise<ProcessExit> }> => {
    expected = false;
    const command = await definition.launch();
    if (expected) throw failedToStart(`${definition.name} was stopped before it started`, '');
    const log = openLog(definition.logFile);
    const started = spawnLeashed({
      ...command,
      logDescriptor: log.descriptor,
      ...(definition.ipc === true ? { ipc: true, graceMilliseconds: definition.stopWithinMilliseconds } : {}),
    });
    closeSync(log.descriptor);
    child = started;
    const end = Promise.withResolvers<ProcessExit>();
    started.once('error', end.reject);
    started.once('exit', (code, signal) => {
      const lastLogLine = tellingLine(lastLines(definition.logFile, log.size));
      const exit: ProcessExit = { code, signal, expected, lastLogLine };
      child = undefined;
      end.resolve(exit);
      for (const listener of listeners) listener(exit);
    });
    ended = end.promise;
    return { exit: end.promise };
  };

  /** A full disk already keeps us from writing the log or a settings file. */
  const launchOnDisk = async (): Promise<{ readonly exit: Promise<ProcessExit> }> => {
    try {
      return await launch();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      throw failedToStart(`${definition.name} cannot start, no space left on device`, messageOf(error));
    }
  };

  const start = async (): Promise<void> => {
    if (child !== undefined) {
      throw new PlatformError('INTERNAL', `${definition.name} runs already as process ${child.pid}`);
    }
    const { exit } = await launchOnDisk();
    const waiting = new AbortController();
    const timer = Number.isFinite(definition.readyWithinMilliseconds)
      ? setTimeout(() => waiting.abort(), definition.readyWithinMilliseconds)
      : undefined;
    const outcome = await Promise.race([pollUntilWell(definition.probe, waiting.signal), exit]);
    clearTimeout(timer);
    waiting.abort();
    if (outcome === null) return;
    if (typeof outcome === 'object') {
      throw failedToStart(describeExit(definition.name, outcome), outcome.lastLogLine);
    }
    await kill('SIGKILL');
    const seconds = definition.readyWithinMilliseconds / 1000;
    throw failedToStart(`${definition.name} did not answer within ${seconds} s: ${outcome}`, '');
  };

  const kill = async (signal: NodeJS.Signals = 'SIGKILL'): Promise<void> => {
    expected = true;
    child?.kill(signal);
    await ended;
  };

  const stop = async (): Promise<void> => {
    const timer = setTimeout(() => child?.kill('SIGKILL'), definition.stopWithinMilliseconds);
    await kill('SIGTERM');
    clearTimeout(timer);
  };

  return {
    name: definition.name,
    logFile: definition.logFile,
    probe: definition.probe,
    pid: () => child?.pid ?? null,
    start,
    stop,
    kill,
    restart: async () => {
      await stop();
      await start();
    },
    ended: async () => void (await ended),
    onExit: (listener) => void listeners.push(listener),
  };
};
