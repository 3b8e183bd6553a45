import { isMainThread } from 'node:worker_threads';
import { destination, levels, type Logger as PinoLogger, pino, stdTimeFunctions } from 'pino';

export type Logger = PinoLogger;

/** How much is logged and where to; replaced in tests. */
export type LogTarget = {
  /** Value of `LOG_LEVEL`; undefined or empty means `info`. */
  readonly level: string | undefined;
  readonly output: { readonly write: (line: string) => void };
  /** Whether this logger is the one that complains about a bad level: threads would say it again. */
  readonly complains: boolean;
};

const LEVELS: readonly string[] = [...Object.keys(levels.values), 'silent'];
const FALLBACK = 'info';

const ofProcess = (): LogTarget => ({
  level: process.env['LOG_LEVEL'],
  output: destination({ sync: true }),
  complains: isMainThread,
});

/**
 * A JSON logger on standard output, one line an event. `LOG_LEVEL` (default `info`) is read here and not in a
 * service's settings, because errors in the settings are themselves logged; a level that does not exist is
 * told in one CONFIG_INVALID line and `info` taken. Writing is synchronous: the line that says why a process
 * ends must not be lost with it.
 */
export const createLogger = (service: string, target: LogTarget = ofProcess()): Logger => {
  const wanted = target.level || FALLBACK;
  const known = LEVELS.includes(wanted);
  const logger = pino(
    {
      level: known ? wanted : FALLBACK,
      base: { service },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    target.output,
  );
  if (!known && target.complains) {
    logger.warn(
      { code: 'CONFIG_INVALID' },
      `LOG_LEVEL = ${JSON.stringify(wanted)}: expected ${LEVELS.join(', ')}; ${FALLBACK} is taken`,
    );
  }
  return logger;
};
