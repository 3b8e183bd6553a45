import { spawn } from 'node:child_process';

/** What a command that has ended said. `missing` is true when there is no such command. */
export type CommandResult = {
  readonly missing: boolean;
  readonly code: number | null;
  readonly output: string;
};

/**
 * Runs a command to its end, collecting standard output and error together. `onLine` sees each line as it
 * comes. An abort ends it with SIGKILL.
 */
export const runCommand = (
  command: string,
  args: readonly string[],
  options: {
    readonly environment: NodeJS.ProcessEnv;
    readonly onLine?: (line: string) => void;
    readonly signal?: AbortSignal;
  },
): Promise<CommandResult> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, [...args], {
      env: options.environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      signal: options.signal,
      killSignal: 'SIGKILL',
    });
    let output = '';
    let rest = '';
    const take = (chunk: string): void => {
      output += chunk;
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) options.onLine?.(line);
    };
    child.stdout.setEncoding('utf8').on('data', take);
    child.stderr.setEncoding('utf8').on('data', take);
    child.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') resolve({ missing: true, code: null, output: '' });
      else reject(error);
    });
    child.once('close', (code) => resolve({ missing: false, code, output }));
  });
