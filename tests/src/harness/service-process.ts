import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type KeptAlive, keepAlive } from '@marketing-streams/embedded/supervise/keep-alive';
import { type ManagedProcess, manageProcess } from '@marketing-streams/embedded/supervise/managed-process';
import { httpProbe } from '@marketing-streams/embedded/supervise/poll';
import type { FailPoint } from '@marketing-streams/platform/fail-points';
import { waitUntil } from './wait-until.ts';

/** The services of the pipeline, from the inputs to the page. */
export const SERVICE_NAMES = ['bronze', 'silver', 'gold', 'scorer', 'gold-publisher', 'webapp'] as const;
export type ServiceName = (typeof SERVICE_NAMES)[number];

/** A place in a service's code at which its process ends, when it comes there for the count-th time. */
export type PlannedFault = { readonly at: FailPoint; readonly count: number };

/** A service as a process that is started again whenever it dies. */
export type ServiceProcess = {
  readonly name: ServiceName;
  /** Base of its `/livez`, `/readyz` and `/metrics`; of the pages too for the web app. */
  readonly url: string;
  readonly logFile: string;
  /** Its process id, null while it is down. */
  readonly pid: () => number | null;
  /** Resolves when it was started and is ready for the first time. */
  readonly ready: Promise<void>;
  /**
   * Ends it as `kill -9` does and starts it again; `whileDown` runs in between. Resolves when it is ready again.
   */
  readonly kill: (whileDown?: () => void | Promise<void>) => Promise<void>;
  /**
   * Ends it as `kill -9` does and starts it with a fault: it dies a second time, at the fail point, and comes up
   * once more without one. Resolves when it is ready again after that; traffic has to be flowing.
   */
  readonly killAt: (fault: PlannedFault) => Promise<void>;
  readonly stop: (how?: 'gracefully' | 'kill') => Promise<void>;
};

const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));

/** How long a service may take from its start to its readiness, recovery included. */
const READY_WITHIN_MILLISECONDS = 60_000;

/** Starts a service on the given port, kept alive until `stop`. `environment` is all it gets to see. */
export const startServiceProcess = (
  name: ServiceName,
  port: number,
  environment: Readonly<Record<string, string>>,
  logDirectory: string,
): ServiceProcess => {
  const url = `http://127.0.0.1:${port}`;
  let faults = '';
  const managed: ManagedProcess = manageProcess({
    name,
    logFile: join(logDirectory, `${name}.log`),
    launch: () => {
      const failPoints = faults;
      faults = ''; // A fault holds for one start.
      return {
        command: process.execPath,
        args: [join(REPOSITORY, 'services', name, 'src', 'main.ts')],
        environment: { ...environment, ...(failPoints === '' ? {} : { FAIL_POINTS: failPoints }) },
        workingDirectory: REPOSITORY,
      };
    },
    probe: httpProbe(`${url}/readyz`),
    readyWithinMilliseconds: READY_WITHIN_MILLISECONDS,
    stopWithinMilliseconds: 15_000,
    ipc: true,
    failureCode: 'INTERNAL',
  });
  const kept: KeptAlive = keepAlive(managed);
  return {
    name,
    url,
    logFile: managed.logFile,
    pid: managed.pid,
    ready: kept.firstReady,
    kill: async (whileDown) => {
      await managed.kill('SIGKILL');
      await whileDown?.();
      await managed.start();
    },
    killAt: async ({ at, count }) => {
      const restarts = kept.restarts();
      faults = `${at}:${count}`;
      await managed.kill('SIGKILL');
      // It may be dead again before it was ready: then `start` rejects, and the supervisor has taken over.
      await managed.start().catch((error: unknown) => {
        if (kept.restarts() === restarts && managed.pid() !== null) throw error;
      });
      await waitUntil(
        `${name} dies at ${at} and comes back`,
        async (signal) =>
          kept.restarts() === restarts ? 'it has not come to the fail point' : managed.probe(signal),
        READY_WITHIN_MILLISECONDS,
      );
    },
    stop: kept.stop,
  };
};
