import { flushCompileCache } from 'node:module';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { PlatformError } from './errors.ts';
import type { ReadinessCheck } from './health.ts';
import { createLogger, type Logger } from './logging.ts';
import { createMetrics, type Metrics, type MetricsSnapshot } from './metrics.ts';
import type { ServiceContext } from './service.ts';

/** Thread → service. */
type FromThread =
  | { readonly kind: 'status'; readonly problem: string | null }
  | { readonly kind: 'metrics'; readonly request: number; readonly snapshot: MetricsSnapshot }
  | { readonly kind: 'stopped' };

/** Service → thread. */
type ToThread = { readonly kind: 'metrics'; readonly request: number } | { readonly kind: 'stop' };

/** What a thread's wiring is given. */
export type ThreadContext<Config> = {
  readonly name: string;
  readonly config: Config;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** While `start` has not returned: what it waits for, in place of `starting`. */
  readonly onWaiting: (problem: string | null) => void;
};

/** What runs in a thread: tells why it is not ready, and stops gracefully. */
export type ThreadWork = { readonly ready: () => string | null; readonly stop: () => Promise<void> };

type ThreadData = { readonly service: string; readonly name: string; readonly config: unknown };

const STATUS_EVERY_MILLISECONDS = 250;

/** V8 takes up to 192 of a large machine; a table sink needs no more CPU with this (0059). */
const YOUNG_GENERATION_MEGABYTES = 24;

/** As the main thread does, see `runService`. */
const KEEP_COMPILED_AFTER_MILLISECONDS = 10_000;

/**
 * Starts a module in a worker thread of the service, for work that must never block the event loop that runs
 * transactions. Its metrics are exposed with the service's, its readiness is a check of the service, it stops
 * with the service, and an error in it ends the process.
 */
export const startThread = (
  context: Pick<ServiceContext<unknown>, 'name' | 'config' | 'metrics' | 'onShutdown' | 'crash' | 'addCheck'>,
  name: string,
  module: URL,
): void => {
  const data: ThreadData = { service: context.name, name, config: context.config };
  const worker = new Worker(module, {
    name,
    workerData: data,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MEGABYTES },
  });
  let problem: string | null = 'starting';
  let stopping = false;
  let requests = 0;
  const waiting = new Map<number, (snapshot: MetricsSnapshot) => void>();
  const stopped = Promise.withResolvers<void>();

  worker.on('message', (message: FromThread) => {
    if (message.kind === 'status') problem = message.problem;
    if (message.kind === 'stopped') stopped.resolve();
    if (message.kind !== 'metrics') return;
    waiting.get(message.request)?.(message.snapshot);
    waiting.delete(message.request);
  });
  worker.on('error', context.crash);
  worker.on('exit', (code) => {
    if (!stopping)
      context.crash(new PlatformError('INTERNAL', `thread ${name} ended by itself with code ${code}`));
  });

  const send = (message: ToThread): void => worker.postMessage(message);
  context.metrics.include(async () => {
    const request = requests++;
    const answer = Promise.withResolvers<MetricsSnapshot>();
    waiting.set(request, answer.resolve);
    send({ kind: 'metrics', request });
    return answer.promise;
  });
  context.addCheck(name, () => problem);
  context.onShutdown(name, async () => {
    stopping = true;
    send({ kind: 'stop' });
    await stopped.promise;
    await worker.terminate();
  });
};

/** How long a thread gives way at most. */
const GIVES_WAY_FOR_MILLISECONDS = 3_000;
const LOOK_EVERY_MILLISECONDS = 25;

/**
 * `startThread`, but not before `first` is null, for three seconds at most: loading a thread's modules takes a quarter of
 * a second of CPU, and after a start or a kill the transactions that somebody waits for come before the tables.
 */
export const startThreadAfter = (
  context: Parameters<typeof startThread>[0],
  name: string,
  module: URL,
  first: ReadinessCheck,
): void => {
  const deadline = Date.now() + GIVES_WAY_FOR_MILLISECONDS;
  let timer: NodeJS.Timeout | undefined;
  const look = (): void => {
    if (first() === null || Date.now() > deadline) startThread(context, name, module);
    else timer = setTimeout(look, LOOK_EVERY_MILLISECONDS);
  };
  context.addCheck(name, () => 'starting');
  context.onShutdown(`${name} (not started)`, async () => clearTimeout(timer));
  look();
};

/** The thread's side: runs `start` with the settings its service gave it, and answers the service. */
export const runThread = async <Config>(
  start: (context: ThreadContext<Config>) => Promise<ThreadWork>,
): Promise<void> => {
  if (parentPort === null)
    throw new PlatformError('INTERNAL', 'this module runs in a worker thread of a service');
  const port = parentPort;
  const { service, name, config } = workerData as ThreadData & { readonly config: Config };
  const metrics = createMetrics(service, { processMetrics: false });
  const logger = createLogger(service).child({ thread: name });
  const send = (message: FromThread): void => port.postMessage(message);
  let work: ThreadWork | undefined;
  port.on('message', (message: ToThread) => {
    if (message.kind === 'metrics') {
      void metrics
        .snapshot()
        .then((snapshot) => send({ kind: 'metrics', request: message.request, snapshot }));
      return;
    }
    void (work?.stop() ?? Promise.resolve()).then(() => send({ kind: 'stopped' }));
  });
  const onWaiting = (problem: string | null): void =>
    send({ kind: 'status', problem: problem ?? 'starting' });
  work = await start({ name: service, config, logger, metrics, onWaiting });
  let told: string | null | undefined;
  const tell = (): void => {
    const problem = work?.ready() ?? null;
    if (problem === told) return;
    told = problem;
    send({ kind: 'status', problem });
  };
  tell();
  setInterval(tell, STATUS_EVERY_MILLISECONDS);
  setTimeout(flushCompileCache, KEEP_COMPILED_AFTER_MILLISECONDS).unref();
};
