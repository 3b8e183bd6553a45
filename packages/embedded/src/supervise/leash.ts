import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';

/** How to start a child process. */
export type LeashedCommand = {
  readonly command: string;
  readonly args: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  readonly workingDirectory?: string;
  /** File descriptor that takes standard output and standard error. */
  readonly logDescriptor: number;
  /** Opens a Node IPC channel to the child (its `process.on('disconnect')` tells it that we are gone). */
  readonly ipc?: boolean;
  /** Time the child has to end by itself once its parent is gone, before it is killed. Default 0. */
  readonly graceMilliseconds?: number;
};

const POLL_SECONDS = 0.2;

/**
 * The shell forks a watcher and then *becomes* the command, so the command keeps the process id, signals and
 * exit code of a direct child. The watcher holds the other end of a pipe of ours: the kernel closes it when we
 * die, by whatever signal, and the watcher then kills the command. `done` on the pipe dismisses the watcher
 * when the command has ended first, so that it never aims at a process id that has been given away again.
 */
const LEASH_SCRIPT = `
polls=$1; shift
(
  exec 4<&- >/dev/null 2>&1
  read -r word <&3
  [ "$word" = done ] && exit 0
  while [ "$polls" -gt 0 ] && kill -0 $$; do sleep ${POLL_SECONDS}; polls=$((polls - 1)); done
  kill -9 $$
) &
exec 3<&-
exec "$@"
`;

/**
 * Starts a child process that cannot outlive this one, even when this one is killed with `kill -9`. The child
 * runs in a session of its own: a Ctrl-C in the terminal reaches only the parent, which decides the order in
 * which its children end. Works for any program on Linux and macOS; needs `/bin/sh`.
 */
export const spawnLeashed = (leashed: LeashedCommand): ChildProcess => {
  const polls = Math.ceil((leashed.graceMilliseconds ?? 0) / (POLL_SECONDS * 1000));
  const child = spawn(
    '/bin/sh',
    ['-c', LEASH_SCRIPT, 'leash', String(polls), leashed.command, ...leashed.args],
    {
      cwd: leashed.workingDirectory,
      env: leashed.environment,
      detached: true,
      // Descriptor 3 is the leash, 4 the IPC channel: the script closes them by number.
      stdio: [
        'ignore',
        leashed.logDescriptor,
        leashed.logDescriptor,
        'pipe',
        ...(leashed.ipc === true ? ['ipc' as const] : []),
      ],
    },
  );
  const leash = child.stdio[3] as Socket | null;
  leash?.on('error', () => {
    // The watcher was killed by somebody else; the child's own exit event still arrives.
  });
  leash?.unref();
  child.once('exit', () => leash?.end('done\n'));
  return child;
};
