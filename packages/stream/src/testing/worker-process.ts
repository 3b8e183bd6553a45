import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { WorkerSettings } from './counting-worker.ts';

/** A worker process under test, started again whenever it dies, as the supervisor does. */
export type WorkerProcess = {
  readonly signal: (signal: NodeJS.Signals) => void;
  /** How often it has died so far. */
  readonly deaths: () => number;
  /** Kills it for good. */
  readonly stop: () => Promise<void>;
};

const MODULE = fileURLToPath(new URL('./counting-worker.ts', import.meta.url));

/** Starts a worker; `failPoints` (see `fail-points.ts` of the platform) hold for its first life only. */
export const startWorkerProcess = (
  settings: WorkerSettings,
  options: { readonly failPoints?: string; readonly restart?: boolean } = {},
): WorkerProcess => {
  let deaths = 0;
  let stopping = false;
  let child: ChildProcess;
  const start = (failPoints: string): void => {
    child = spawn(process.execPath, [MODULE, JSON.stringify(settings)], {
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, FAIL_POINTS: failPoints, LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'fatal' },
    });
    child.once('exit', () => {
      deaths += 1;
      if (!stopping && options.restart !== false) start('');
    });
  };
  start(options.failPoints ?? '');
  return {
    signal: (signal) => void child.kill(signal),
    deaths: () => deaths,
    stop: async () => {
      stopping = true;
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await gone;
    },
  };
};
