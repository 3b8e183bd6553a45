import { readFileSync } from 'node:fs';
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

/** One instance of a service, as a process that is started again whenever it dies. */
export type ServiceProcess = {
  readonly name: ServiceName;
  /** Counts the instances of the service, from 1. */
  readonly instance: number;
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
  /** Stops it where it is (SIGSTOP), to nobody's knowledge; resolves when it stands still. */
  readonly freeze: () => Promise<void>;
  /**
   * Ends it as `kill -9` does and starts it so that it freezes at the fail point; resolves when it stands still
   * there. Traffic has to be flowing.
   */
  readonly freezeAt: (fault: PlannedFault) => Promise<void>;
  /** Lets a frozen process go on (SIGCONT). */
  readonly wake: () => void;
  /** Ends it gracefully until `startAgain`. */
  readonly shutDown: () => Promise<void>;
  /** Starts it after `shutDown`, with the settings as they are by then; resolves when it is ready. */
  readonly startAgain: () => Promise<void>;
  /** Ends it for good. */
  readonly stop: (how?: 'gracefully' | 'kill') => Promise<void>;
};

const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));

/** True for a process that a signal stopped; told by Linux's /proc. */
const isStopped = (pid: number | null): boolean => {
  try {
    return pid !== null && /^State:\s+T/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

/** How long a service may take from its start to its readiness, recovery included. */
const READY_WITHIN_MILLISECONDS = 60_000;

export type ServiceProcessOptions = {
  readonly name: ServiceName;
  /** Counts the instances of the service, from 1; the log of the second is `<name>-2.log`. */
  readonly instance: number;
  readonly port: number;
  /** All that the process gets to see; asked at every start. */
  readonly environment: () => Readonly<Record<string, string>>;
  readonly logDirectory: string;
};

/** Starts a service on the given port, kept alive until `stop`. */
export const startServiceProcess = (options: ServiceProcessOptions): ServiceProcess => {
  const { name, instance, port, environment, logDirectory } = options;
  const url = `http://127.0.0.1:${port}`;
  const label = instance === 1 ? name : `${name}-${instance}`;
  let faults = '';
  const managed: ManagedProcess = manageProcess({
    name: label,
    logFile: join(logDirectory, `${label}.log`),
    launch: () => {
      const failPoints = faults;
      faults = ''; // A fault holds for one start.
      return {
        command: process.execPath,
        args: [join(REPOSITORY, 'services', name, 'src', 'main.ts')],
        environment: { ...environment(), ...(failPoints === '' ? {} : { FAIL_POINTS: failPoints }) },
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

  const standsStill = (): Promise<void> =>
    waitUntil(
      `${label} stands still`,
      async () => (isStopped(managed.pid()) ? null : 'it runs'),
      READY_WITHIN_MILLISECONDS,
      10,
    );

  const signal = (which: NodeJS.Signals): void => {
    const pid = managed.pid();
    if (pid === null) throw new Error(`${label} does not run`);
    process.kill(pid, which);
  };

  /** Starts it after an end by `kill` with a fault that may strike before it is ready. */
  const startToFail = async ({ at, count }: PlannedFault, action: string): Promise<void> => {
    faults = `${at}:${count}${action}`;
    await managed.kill('SIGKILL');
  };

  return {
    name,
    instance,
    url,
    logFile: managed.logFile,
    pid: managed.pid,
    ready: kept.firstReady,
    kill: async (whileDown) => {
      await managed.kill('SIGKILL');
      await whileDown?.();
      await managed.start();
    },
    killAt: async (fault) => {
      const restarts = kept.restarts();
      await startToFail(fault, '');
      // It may be dead again before it was ready: then `start` rejects, and the supervisor has taken over.
      await managed.start().catch((error: unknown) => {
        if (kept.restarts() === restarts && managed.pid() !== null) throw error;
      });
      await waitUntil(
        `${label} dies at ${fault.at} and comes back`,
        async (signal) =>
          kept.restarts() === restarts ? 'it has not come to the fail point' : managed.probe(signal),
        READY_WITHIN_MILLISECONDS,
      );
    },
    freeze: async () => {
      signal('SIGSTOP');
      await standsStill();
    },
    freezeAt: async (fault) => {
      await startToFail(fault, ':stop');
      // It may stand still before it was ever ready; a start that fails is told by the wait.
      void managed.start().catch(() => undefined);
      await standsStill();
    },
    wake: () => signal('SIGCONT'),
    shutDown: managed.stop,
    startAgain: managed.start,
    stop: kept.stop,
  };
};
