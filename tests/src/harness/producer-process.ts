import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../../services/producer/src/main.ts', import.meta.url));

/** A producer that runs. */
export type ProducerProcess = {
  /** Base of its `/readyz` and `/metrics`. */
  readonly url: string;
  readonly isRunning: () => boolean;
  /** Ends it in order; gives its exit code. */
  readonly stop: () => Promise<number | null>;
};

const running = new Set<ChildProcess>();

/** Ends what a failed test has left behind. */
export const killProducers = (): void => {
  for (const child of running) child.kill('SIGKILL');
  running.clear();
};

/** Starts a producer with the test's environment and these settings on top; resolves when its health server listens. */
export const startProducer = async (settings: Readonly<Record<string, string>>): Promise<ProducerProcess> => {
  const child = spawn(process.execPath, [MAIN], {
    env: { ...process.env, HEALTH_PORT: '0', ...settings },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running.add(child);
  for await (const line of createInterface({ input: child.stdout })) {
    const entry = JSON.parse(line) as { readonly msg: string; readonly port?: number };
    if (entry.msg !== 'health server listens') continue;
    child.stdout.resume();
    return {
      url: `http://127.0.0.1:${entry.port}`,
      isRunning: () => child.exitCode === null,
      stop: async () => {
        child.kill('SIGTERM');
        const [code] = (await once(child, 'exit')) as [number | null];
        running.delete(child);
        return code;
      },
    };
  }
  throw new Error('the producer ended before it listened');
};
