import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type KeptAlive, keepAlive } from '@marketing-streams/embedded/supervise/keep-alive';
import {
  describeExit,
  type ManagedProcess,
  manageProcess,
  type ProcessExit,
} from '@marketing-streams/embedded/supervise/managed-process';
import { httpProbe } from '@marketing-streams/embedded/supervise/poll';
import type { FailPoint } from '@marketing-streams/platform/fail-points';
import { waitUntil } from './wait-until.ts';

/** The services that every pipeline has, from the inputs to the page. */
export const SERVICE_NAMES = ['bronze', 'silver', 'gold', 'scorer', 'gold-publisher', 'webapp'] as const;
/** Services that run only in the pipelines whose tests want them. */
export type FurtherServiceName = 'live' | 'monitor';
export type ServiceName = (typeof SERVICE_NAMES)[number] | FurtherServiceName;

/** A place in a service's code at which its process ends, when it comes there for the count-th time. */
export type PlannedFault = { readonly at: FailPoint; readonly count: number };

export type KillAtOptions = {
  readonly onDeath?: () => void;
  /** Runs between the first end and the start with the fault. */
  readonly whileDown?: () => void;
  /** For the way to all the fail points; default a minute. */
  readonly withinMilliseconds?: number;
};

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
   * once more without one, or with the next fault when several are given. Resolves when it is ready again after
   * that; traffic has to be flowing. `onDeath` is called when it dies at a fail point.
   */
  readonly killAt: (faults: PlannedFault | readonly PlannedFault[], options?: KillAtOptions) => Promise<void>;
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

/** From an end that nobody asked for to the next start. */
const RESTART_MILLISECONDS = 200;

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
  /** One `FAIL_POINTS` for each start to come. */
  let faults: readonly string[] = [];
  /** The one that the process was started with. */
  let failPoints: string | undefined;
  const managed: ManagedProcess = manageProcess({
    name: label,
    logFile: join(logDirectory, `${label}.log`),
    launch: () => {
      [failPoints, ...faults] = faults;
      return {
        command: process.execPath,
        args: [join(REPOSITORY, 'services', name, 'src', 'main.ts')],
        environment: { ...environment(), ...(failPoints === undefined ? {} : { FAIL_POINTS: failPoints }) },
        workingDirectory: REPOSITORY,
      };
    },
    probe: httpProbe(`${url}/readyz`),
    readyWithinMilliseconds: READY_WITHIN_MILLISECONDS,
    stopWithinMilliseconds: 15_000,
    ipc: true,
    failureCode: 'INTERNAL',
  });
  // Faults come every few seconds: that is no process that cannot stay up, whose restarts would wait longer each time.
  const kept: KeptAlive = keepAlive(managed, { longestWaitMilliseconds: RESTART_MILLISECONDS });

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

  let onUnasked: (exit: ProcessExit) => void = () => undefined;
  managed.onExit((exit) => {
    if (!exit.expected) onUnasked(exit);
  });

  /** Ends it; the next starts are with these faults. */
  const killToFail = async (planned: readonly PlannedFault[], action: string): Promise<void> => {
    await managed.kill('SIGKILL');
    faults = planned.map(({ at, count }) => `${at}:${count}${action}`);
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
    killAt: async (planned, { onDeath, whileDown, withinMilliseconds = READY_WITHIN_MILLISECONDS } = {}) => {
      const toCome = [planned].flat();
      const deaths: ProcessExit[] = [];
      onUnasked = (exit) => {
        deaths.push(exit);
        onDeath?.();
      };
      await killToFail(toCome, '');
      whileDown?.();
      // It may be dead again before it was ready: then `start` rejects, and the supervisor has taken over.
      await managed.start().catch((error: unknown) => {
        if (deaths.length === 0) throw error;
      });
      const names = toCome.map(({ at, count }) => `${at} (time ${count})`).join(', then at ');
      await waitUntil(
        `${label} dies at ${names} and comes back`,
        async (signal) =>
          deaths.length < toCome.length ? 'it has not come to the fail point' : managed.probe(signal),
        withinMilliseconds,
      );
      onUnasked = () => undefined;
      // Nothing but a fail point kills it: an end of another kind is a failure of its own.
      const other = deaths.find(({ signal: by }) => by !== 'SIGKILL');
      if (other !== undefined || deaths.length > toCome.length) {
        throw new Error(deaths.map((exit) => describeExit(label, exit)).join('; '));
      }
    },
    freeze: async () => {
      signal('SIGSTOP');
      await standsStill();
    },
    freezeAt: async (fault) => {
      await killToFail([fault], ':stop');
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
