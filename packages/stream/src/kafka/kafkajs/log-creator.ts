import type { Logger } from '@marketing-streams/platform/logging';
import kafkajs, { type LogEntry } from 'kafkajs';
import { createLogger, type KafkajsLogger } from 'kafkajs/src/loggers/index.js';

/**
 * kafkajs logs every attempt it makes as an error; what matters comes out as a thrown error and is logged by
 * whoever handles it. So all of it goes to pino's debug level, and nothing is formatted unless that is on.
 */
export const kafkajsLogger = (logger: Logger): KafkajsLogger =>
  createLogger({
    level: logger.isLevelEnabled('debug') ? kafkajs.logLevel.INFO : kafkajs.logLevel.NOTHING,
    logCreator:
      () =>
      ({ namespace, log }: LogEntry) => {
        const { message, timestamp: _timestamp, logger: _logger, ...extra } = log;
        logger.debug({ kafkajs: namespace, ...extra }, message);
      },
  });
