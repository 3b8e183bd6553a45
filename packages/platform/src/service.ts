import { flushCompileCache } from 'node:module';
import { parseArgs } from 'node:util';
import type { z } from 'zod';
import { loadConfig } from './config.ts';
import { isPlatformError, messageOf } from './errors.ts';
import { type ReadinessCheck, startHealthServer } from './health.ts';
import { createLogger, type Logger } from './logging.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { type Lifetime, manageLifetime } from './shutdown.ts';
import { untilStartFileExists } from './start-after.ts';

/** What a service's wiring is given. */
export type ServiceContext<Config> = {
  readonly name: string;
  readonly config: Config;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Parts close in the reverse order of their registration. */
  readonly onShutdown: Lifetime['onShutdown'];
  /** Ends the process loudly; for errors that arrive outside any promise. */
  readonly crash: Lifetime['crash'];
  /** Adds a named readiness check. */
  readonly addCheck: (name: string, check: ReadinessCheck) => void;
};

/** A service, declared: what it is, its settings, its wiring. */
export type ServiceDefinition<Shape extends z.ZodRawShape> = {
  readonly name: string;
  /** One sentence for `--help`. */
  readonly description: string;
  readonly shape: Shape;
  readonly start: (context: ServiceContext<z.infer<z.ZodObject<Shape>>>) => Promise<void>;
};

/**
 * With NODE_COMPILE_CACHE set, Node writes what it has compiled when the process ends in order. One that is killed has
 * done it by then, so that it is back sooner; this long after the start it is in nobody's way.
 */
const KEEP_COMPILED_AFTER_MILLISECONDS = 10_000;

type HealthSettings = { readonly health_host: string; readonly health_port: number };

const hasHealthSettings = (config: object): config is HealthSettings =>
  'health_host' in config && 'health_port' in config;

const helpOf = (definition: {
  readonly name: string;
  readonly description: string;
  readonly shape: object;
}): string =>
  [
    `${definition.name}: ${definition.description}`,
    '',
    'Settings come from config/default.yaml, each overridable by an environment variable:',
    ...Object.keys(definition.shape).map((key) => `  ${key.toUpperCase()}`),
    '',
  ].join('\n');

/**
 * Runs a service process: settings, logger, metrics, health server, graceful stop. The health server answers
 * from the first moment (`/readyz` says `starting` until `start` has returned). Whatever `start` throws ends
 * the process with exit code 1: one clear line for an operator's error, the stack for an unknown one.
 */
export const runService = async <Shape extends z.ZodRawShape>(
  definition: ServiceDefinition<Shape>,
): Promise<void> => {
  const { values } = parseArgs({ options: { help: { type: 'boolean', short: 'h' } } });
  if (values.help === true) {
    process.stdout.write(helpOf(definition));
    return;
  }
  const logger = createLogger(definition.name);
  const lifetime = manageLifetime(logger);
  const checks: Record<string, ReadinessCheck> = {};
  let started = false;
  checks['start'] = () => (started ? null : 'starting');
  try {
    const config = loadConfig(definition.name, definition.shape);
    const metrics = createMetrics(definition.name);
    if (hasHealthSettings(config)) {
      const health = await startHealthServer({
        host: config.health_host,
        port: config.health_port,
        metrics,
        checks,
      });
      lifetime.onShutdown('health server', health.close);
      logger.info({ port: health.port }, 'health server listens');
    }
    const addCheck = (name: string, check: ReadinessCheck): void => {
      checks[name] = check;
    };
    await untilStartFileExists();
    await definition.start({ name: definition.name, config, logger, metrics, addCheck, ...lifetime });
    started = true;
    logger.info('started');
    setTimeout(flushCompileCache, KEEP_COMPILED_AFTER_MILLISECONDS).unref();
  } catch (error) {
    if (!isPlatformError(error)) lifetime.crash(error);
    logger.fatal(
      { code: isPlatformError(error) ? error.code : undefined, cause: causeOf(error) },
      messageOf(error),
    );
    process.exit(1);
  }
};

const causeOf = (error: unknown): string | undefined =>
  error instanceof Error && error.cause !== undefined ? messageOf(error.cause) : undefined;
