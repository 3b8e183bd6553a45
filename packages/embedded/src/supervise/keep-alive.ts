import { isPlatformError, messageOf } from '@marketing-streams/platform/errors';
import { describeExit, type ManagedProcess } from './managed-process.ts';

/** What happened to a process that is kept alive. */
export type KeepAliveEvent =
  | { readonly kind: 'starting' }
  | { readonly kind: 'ready' }
  /** It ended, or did not come up, and is started again after the given time. */
  | { readonly kind: 'failed'; readonly why: string; readonly retryInMilliseconds: number };

export type KeptAlive = {
  /** Starts so far beyond the first. */
  readonly restarts: () => number;
  /** Resolves when the process answers for the first time. */
  readonly firstReady: Promise<void>;
  /** Ends the process for good; `kill` without asking it first. */
  readonly stop: (how?: 'gracefully' | 'kill') => Promise<void>;
};

export type KeepAliveOptions = {
  readonly firstWaitMilliseconds?: number;
  readonly longestWaitMilliseconds?: number;
  readonly onEvent?: (event: KeepAliveEvent) => void;
  /** The process was started by somebody else and is to be watched from now on. */
  readonly alreadyStarted?: boolean;
};

/** A process that has worked this long is taken to be well: its next restart waits the first wait again. */
const WELL_AFTER_MILLISECONDS = 10_000;

/**
 * Restarts a process whenever it ends without having been asked to, after a wait that doubles from 0.2 s to 5 s
 * for as long as it does not stay up. A process that somebody stops on purpose through its own handle
 * (`ManagedProcess.stop`, `.kill`) is left alone.
 */
export const keepAlive = (managed: ManagedProcess, options: KeepAliveOptions = {}): KeptAlive => {
  const firstWait = options.firstWaitMilliseconds ?? 200;
  const longestWait = options.longestWaitMilliseconds ?? 5000;
  const tell = options.onEvent ?? (() => undefined);
  const firstReady = Promise.withResolvers<void>();
  let wait = firstWait;
  let readySince = 0;
  let restarts = 0;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;

  const retry = (why: string): void => {
    if (stopped || timer !== undefined) return;
    if (readySince > 0 && Date.now() - readySince >= WELL_AFTER_MILLISECONDS) wait = firstWait;
    readySince = 0;
    tell({ kind: 'failed', why, retryInMilliseconds: wait });
    timer = setTimeout(() => {
      timer = undefined;
      restarts++;
      void start();
    }, wait);
    wait = Math.min(wait * 2, longestWait);
  };

  const becameReady = (): void => {
    readySince = Date.now();
    firstReady.resolve();
    tell({ kind: 'ready' });
  };

  const start = async (): Promise<void> => {
    tell({ kind: 'starting' });
    try {
      await managed.start();
    } catch (error) {
      if (!isPlatformError(error)) throw error;
      // An end by itself has come through onExit already; this one did not come up in time, or had no disk.
      if (managed.pid() === null) retry(messageOf(error));
      return;
    }
    if (!stopped) becameReady();
  };

  managed.onExit((exit) => {
    if (!exit.expected) retry(describeExit(managed.name, exit));
  });
  if (options.alreadyStarted === true) becameReady();
  else void start();

  return {
    restarts: () => restarts,
    firstReady: firstReady.promise,
    stop: async (how = 'gracefully') => {
      stopped = true;
      clearTimeout(timer);
      if (how === 'kill') await managed.kill('SIGKILL');
      else await managed.stop();
    },
  };
};
