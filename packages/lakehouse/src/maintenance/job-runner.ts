import { Worker } from 'node:worker_threads';
import { messageOf, PlatformError } from '@marketing-streams/platform/errors';
import type { FromWorker, ToWorker } from './job-messages.ts';
import type { JobReport, MaintenanceJob } from './jobs.ts';

/** Runs jobs in a worker thread, one at a time. */
export type JobRunner = {
  /** Throws what the job threw, and INTERNAL when the thread died of it. */
  readonly run: (job: MaintenanceJob) => Promise<JobReport>;
  /** Asks the job under way to end early; what it has written by then it deletes. */
  readonly abort: () => void;
  /** Ends the thread; only called when no job is under way. */
  readonly close: () => Promise<void>;
};

const WORKER = new URL('./maintenance.worker.ts', import.meta.url);

/** Above what a merge of the largest files needs; a job that takes more ends its thread and not the process. */
const HEAP_MEGABYTES = 768;

/** With 16 a merge of rows with lists takes a sixth more CPU, with 64 hardly less. */
const YOUNG_GENERATION_MEGABYTES = 32;

/**
 * After so many jobs another thread is started: a table that is written all the time never lets this one be idle, and
 * V8 keeps what it once had for a merge. A start costs a fifth of a second of CPU.
 */
const MOST_JOBS = 50;

type Thread = { readonly worker: Worker; job: PromiseWithResolvers<JobReport> | null; jobs: number };

/**
 * The thread is started by the first job and ends after having been idle for a while or having done many jobs, so that
 * its memory is given back. A thread that dies fails its job only: the next one starts another.
 */
export const createJobRunner = (options: {
  readonly idleMilliseconds: number;
  /** Jobs of one thread; fewer only in tests. */
  readonly mostJobs?: number;
  /** The module that answers the messages; another one only in tests. */
  readonly module?: URL;
}): JobRunner => {
  let thread: Thread | null = null;
  let idle: NodeJS.Timeout | undefined;

  const end = async (): Promise<void> => {
    const ending = thread;
    thread = null;
    await ending?.worker.terminate();
  };

  const start = (): Thread => {
    const worker = new Worker(options.module ?? WORKER, {
      name: 'maintenance',
      resourceLimits: {
        maxOldGenerationSizeMb: HEAP_MEGABYTES,
        maxYoungGenerationSizeMb: YOUNG_GENERATION_MEGABYTES,
      },
    });
    const started: Thread = { worker, job: null, jobs: 0 };
    const died = (why: string): void => {
      if (thread === started) thread = null;
      started.job?.reject(new PlatformError('INTERNAL', `the maintenance thread ended: ${why}`));
      started.job = null;
    };
    worker.on('message', (message: FromWorker) => {
      const job = started.job;
      started.job = null;
      started.jobs++;
      if (started.jobs >= (options.mostJobs ?? MOST_JOBS)) void end();
      else {
        idle = setTimeout(() => void end(), options.idleMilliseconds);
        idle.unref();
      }
      if (message.kind === 'done') job?.resolve(message.report);
      else job?.reject(new PlatformError(message.code, message.message));
    });
    worker.on('error', (error) => died(messageOf(error)));
    worker.on('exit', (code) => died(`code ${code}`));
    return started;
  };

  const send = (message: ToWorker): void => thread?.worker.postMessage(message);

  return {
    run: (job) => {
      clearTimeout(idle);
      thread ??= start();
      if (thread.job !== null) throw new TypeError('a job is under way already');
      const promise = Promise.withResolvers<JobReport>();
      thread.job = promise;
      send({ kind: 'run', job });
      return promise.promise;
    },
    abort: () => send({ kind: 'abort' }),
    close: async () => {
      clearTimeout(idle);
      await end();
    },
  };
};
