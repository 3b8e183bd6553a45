import { destination, type Logger as PinoLogger, pino, stdTimeFunctions } from 'pino';

export type Logger = PinoLogger;

/**
 * A JSON logger on standard output, one line an event. `LOG_LEVEL` (default `info`) is read here and not in a
 * service's settings, because errors in the settings are themselves logged. Writing is synchronous: the line
 * that says why a process ends must not be lost with it.
 */
export const createLogger = (service: string): Logger =>
  pino(
    {
      level: process.env['LOG_LEVEL'] ?? 'info',
      base: { service },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination({ sync: true }),
  );
