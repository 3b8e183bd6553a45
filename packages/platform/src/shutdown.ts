import { messageOf } from './errors.ts';
import type { Logger } from './logging.ts';

/** Closes one part of the process; parts close in the reverse order of their opening. */
export type Closer = { readonly name: string; readonly close: () => Promise<void> };

export type Lifetime = {
  /** Registers a part to close on shutdown. */
  readonly onShutdown: (name: string, close: () => Promise<void>) => void;
  /** Ends the process loudly with exit code 1, after closing nothing: the supervisor restarts it. */
  readonly crash: (error: unknown) => never;
};

/** How long a graceful stop may take before the process ends anyway. */
const GRACE_MILLISECONDS = 10_000;

/**
 * Graceful stop on SIGTERM and SIGINT, and when the supervisor's IPC channel closes (its terminal was killed):
 * parts close last-opened first. Anything unknown that is thrown ends the process at once with exit code 1;
 * state on disk is safe then, since it is only written by committed transactions.
 */
export const manageLifetime = (logger: Logger): Lifetime => {
  const closers: Closer[] = [];
  let stopping = false;

  const stop = async (why: string): Promise<void> => {
    if (stopping) return;
    stopping = true;
    logger.info({ why }, 'stopping');
    const deadline = setTimeout(() => {
      logger.error({ seconds: GRACE_MILLISECONDS / 1000 }, 'graceful stop took too long');
      process.exit(1);
    }, GRACE_MILLISECONDS);
    deadline.unref();
    for (const { name, close } of closers.reverse()) {
      try {
        await close();
      } catch (error) {
        logger.error({ part: name, err: error }, 'closing failed');
      }
    }
    process.exit(0);
  };

  const crash = (error: unknown): never => {
    logger.fatal({ err: error }, `crashed: ${messageOf(error)}`);
    process.exit(1);
  };

  process.once('SIGTERM', () => void stop('SIGTERM'));
  process.once('SIGINT', () => void stop('SIGINT'));
  process.once('disconnect', () => void stop('supervisor is gone'));
  process.on('uncaughtException', crash);
  process.on('unhandledRejection', crash);

  return { onShutdown: (name, close) => void closers.push({ name, close }), crash };
};
