import {
  type KeepAliveEvent,
  type KeptAlive,
  keepAlive,
} from '@marketing-streams/embedded/supervise/keep-alive';
import type { ManagedProcess } from '@marketing-streams/embedded/supervise/managed-process';
import { probeOnce } from '@marketing-streams/embedded/supervise/poll';
import type { StatusBoard } from './status-board.ts';

/** Keeps a set of processes alive and their lines on the board up to date. */
export type Supervisor = {
  /** Takes care of a process under its name on the board; `alreadyStarted` when it answers already. */
  readonly add: (name: string, managed: ManagedProcess, alreadyStarted?: boolean) => void;
  /** Resolves when all processes added so far have answered. */
  readonly allReady: () => Promise<void>;
  /** Ends the processes of the given names together; `kill` does not ask them first. */
  readonly stop: (names: readonly string[], how: 'gracefully' | 'kill') => Promise<void>;
};

const WATCH_EVERY_MILLISECONDS = 2000;

/** Longest reason on a line of the board. */
const REASON_LENGTH = 60;

type Supervised = {
  readonly managed: ManagedProcess;
  readonly kept: KeptAlive;
  ready: boolean;
  problems: number;
};

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;

/** Makes a supervisor that writes to the board. Its watching ends with the last process it stops. */
export const createSupervisor = (board: StatusBoard): Supervisor => {
  const supervised = new Map<string, Supervised>();
  let stopping = false;

  /** A process that is up may still say that it cannot work, while Kafka is away for instance. */
  const watch = async (name: string, one: Supervised): Promise<void> => {
    const { managed, kept } = one;
    if (!one.ready) return board.update(name, { pid: managed.pid(), restarts: kept.restarts() });
    const problem = await probeOnce(managed.probe);
    if (stopping || !one.ready) return;
    one.problems = problem === null ? 0 : one.problems + 1;
    // One slow answer on a busy machine is no news.
    if (one.problems === 1) return;
    const state = problem === null ? 'ready' : `not ready: ${problem.slice(0, REASON_LENGTH)}`;
    board.update(name, { state, pid: managed.pid(), restarts: kept.restarts() });
  };
  const timer = setInterval(() => {
    for (const [name, one] of supervised) void watch(name, one);
  }, WATCH_EVERY_MILLISECONDS);

  const show = (name: string, managed: ManagedProcess, restarts: number, event: KeepAliveEvent): void => {
    if (stopping) return;
    if (event.kind === 'failed') {
      const state = `starts again in ${seconds(event.retryInMilliseconds)}`;
      board.line(`${event.why}; ${state}`);
      board.update(name, { state, pid: null, restarts }, 'silently');
      return;
    }
    const state = event.kind === 'ready' ? 'ready' : 'starting';
    board.update(name, { state, pid: managed.pid(), restarts });
  };

  return {
    add: (name, managed, alreadyStarted = false) => {
      const kept = keepAlive(managed, {
        alreadyStarted,
        onEvent: (event) => {
          const one = supervised.get(name);
          if (one !== undefined) {
            one.ready = event.kind === 'ready';
            one.problems = 0;
          }
          show(name, managed, one?.kept.restarts() ?? 0, event);
        },
      });
      supervised.set(name, { managed, kept, ready: alreadyStarted, problems: 0 });
    },
    allReady: async () => {
      await Promise.all([...supervised.values()].map(({ kept }) => kept.firstReady));
    },
    stop: async (names, how) => {
      stopping = true;
      clearInterval(timer);
      await Promise.all(
        names.map(async (name) => {
          const one = supervised.get(name);
          if (one === undefined) return;
          board.update(name, { state: 'stopping' }, 'silently');
          await one.kept.stop(how);
          board.update(name, { state: 'stopped', pid: null });
        }),
      );
    },
  };
};
