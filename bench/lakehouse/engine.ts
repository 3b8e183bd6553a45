import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { preparePython } from '@marketing-streams/lakehouse/testing/python-environment';
import { usageOf } from '../src/process-usage.ts';

/** What ours.ts does on demand. */
export type OursCommand =
  | {
      readonly do: 'open';
      readonly path: string;
      readonly indexDir?: string;
      /** Merges, checkpoints, clean-up and vacuum go on in a thread until `close`. */
      readonly isMaintained?: boolean;
    }
  | { readonly do: 'load'; readonly file: string }
  | { readonly do: 'append' | 'upsert' | 'delete' | 'count-rows' | 'count-files' | 'describe' | 'close' }
  | { readonly do: 'optimize'; readonly minFiles?: number }
  | { readonly do: 'query'; readonly sql: string };

/** What delta_rs.py does on demand. */
export type DeltaRsCommand =
  | { readonly do: 'create'; readonly path?: string; readonly columns: unknown }
  | { readonly do: 'open'; readonly path: string }
  | { readonly do: 'load'; readonly file: string; readonly arrow?: boolean }
  | { readonly do: 'append' | 'compact' }
  | { readonly do: 'merge'; readonly key: string }
  | { readonly do: 'query'; readonly sql: string; readonly count?: boolean };

/** The answer to `describe`. */
export type TableState = {
  readonly files: number;
  readonly visibleRows: number;
  readonly logFiles: number;
  readonly logBytes: number;
};

/** One piece of work as its process measured it: CPU counts all its threads. */
export type Sample = { readonly wallMs: number; readonly cpuMs: number; readonly value: unknown };

/** Memory of a process over its life, in bytes; `anonymous` leaves out what is mapped from files. */
export type PeakMemory = { readonly resident: number; readonly anonymous: number };

/** A process of its own that does one piece of work at a time. */
export type Engine<Command> = {
  readonly run: (command: Command) => Promise<Sample>;
  /** Memory now, in bytes. */
  readonly memory: () => PeakMemory;
  /** Ends the process; the most memory it had. */
  readonly stop: () => Promise<PeakMemory>;
};

/** The kernel keeps a peak only of all resident memory; anonymous memory is looked at this often. */
const LOOK_MILLISECONDS = 20;

const startEngine = <Command>(program: string, args: readonly string[]): Engine<Command> => {
  const child = spawn(program, args, {
    stdio: ['pipe', 'pipe', 'inherit'],
    // As the services run; for both sides alike.
    env: { ...process.env, MALLOC_ARENA_MAX: '2' },
  });
  const exit = once(child, 'exit');
  const pid = child.pid!;
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let anonymous = 0;
  const memory = (): PeakMemory => {
    const usage = usageOf(pid);
    anonymous = Math.max(anonymous, usage.anonymousBytes);
    return { resident: usage.residentBytes, anonymous: usage.anonymousBytes };
  };
  const look = setInterval(memory, LOOK_MILLISECONDS);
  exit.then(() => clearInterval(look)).catch(() => {});
  return {
    run: async (command) => {
      child.stdin.write(`${JSON.stringify(command)}\n`);
      const { value, done } = await lines.next();
      if (done) {
        throw new Error(
          `${program} ${args.join(' ')} ended with code ${child.exitCode} at ${JSON.stringify(command)}`,
        );
      }
      return JSON.parse(value) as Sample;
    },
    memory,
    stop: async () => {
      const { peakResidentBytes } = usageOf(pid);
      child.stdin.end();
      await exit;
      return { resident: peakResidentBytes, anonymous };
    },
  };
};

const local = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** Starts this package in a fresh process; with `profile`, it leaves its CPU profile in that folder. */
export const startOurs = (profile?: string): Engine<OursCommand> =>
  startEngine(process.execPath, [
    ...(profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`]),
    local('./ours.ts'),
  ]);

/** Starts delta-rs in a fresh process. Throws PREREQUISITE_MISSING without a usable python3. */
export const startDeltaRs = async (): Promise<Engine<DeltaRsCommand>> =>
  startEngine(await preparePython(), [local('./delta_rs.py')]);
