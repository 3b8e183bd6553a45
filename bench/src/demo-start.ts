import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { findFreePort } from '@marketing-streams/embedded/ports';
import { startEmbeddedStack } from '@marketing-streams/embedded/stack';
import { waitUntil } from '@marketing-streams/tests/harness/wait-until';
import { webappApi } from '@marketing-streams/tests/harness/webapp-api';
import { type Metric, rounded } from './metric.ts';

/** Of a warm start; see the goals in bench/README.md. */
const GOALS = { readySeconds: 10, firstGoldSeconds: 5 };

const DEMO = fileURLToPath(new URL('../../scripts/src/demo.ts', import.meta.url));

/** After a first start in an empty folder; their median counts. */
const WARM_RUNS = 3;

type DemoStart = { readonly readySeconds: number; readonly firstGoldSeconds: number };

const printsReady = (demo: ChildProcess): Promise<void> =>
  new Promise((resolve, reject) => {
    const lines: string[] = [];
    createInterface({ input: demo.stdout! }).on('line', (line) => {
      lines.push(line);
      if (line.startsWith('ready http://')) resolve();
    });
    demo.once('exit', (code) =>
      reject(new Error(`the demo ended with code ${code}:\n${lines.slice(-10).join('\n')}`)),
    );
  });

/** Resolves when the web app is ready, which may be before the last table is. */
const pageAnswers = (page: string): Promise<void> =>
  waitUntil(
    'the page answers',
    async () => {
      const answer = await fetch(`${page}/readyz`).catch(() => null);
      return answer?.ok === true ? null : 'not ready yet';
    },
    120_000,
    20,
  );

/** Starts the demo, creates a customer as soon as the page is there, and ends it with Ctrl-C. */
const startOnce = async (environment: Readonly<Record<string, string>>): Promise<DemoStart> => {
  const begin = performance.now();
  const demo = spawn(process.execPath, [DEMO], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = once(demo, 'exit');
  try {
    const ready = printsReady(demo).then(() => (performance.now() - begin) / 1000);
    const page = `http://127.0.0.1:${environment['PORT']}`;
    await Promise.race([ready, pageAnswers(page)]);
    const api = webappApi(page);
    const { body } = await api.createCustomer({
      first_name: 'First',
      last_name: 'Gold',
      email: 'first.gold@example.com',
    });
    await waitUntil(
      'the first gold record',
      async () =>
        (await api.customer(body.customer_id)).body.version > 0 ? null : 'only the overlay is there',
      30_000,
      10,
    );
    const firstGoldSeconds = (performance.now() - begin) / 1000;
    return { readySeconds: await ready, firstGoldSeconds };
  } finally {
    demo.kill('SIGINT');
    await exit;
  }
};

/** From the command to `ready`, and to the first gold record, of the demo as a person starts it. */
export const measureDemoStart = async (): Promise<readonly Metric[]> => {
  const directory = mkdtempSync(join(tmpdir(), 'marketing-streams-bench-demo-'));
  const environment = {
    TRAFFIC: 'off',
    LOCAL_DIR: join(directory, 'local'),
    DELTA_DIR: join(directory, 'delta'),
    PORT: String(await findFreePort()),
    KAFKA_PORT: String(await findFreePort()),
    REGISTRY_PORT: String(await findFreePort()),
    REDIS_PORT: String(await findFreePort()),
  };
  try {
    // A demo that ends right after its first gold record has no time to make what lets the next one start faster.
    const stack = await startEmbeddedStack({
      localDirectory: join(directory, 'archives'),
      ports: { kafka: 0, registry: 0, redis: 0 },
    });
    await stack.prepareFasterStart();
    await stack.stop();
    const first = await startOnce(environment);
    const warm: DemoStart[] = [];
    for (let run = 0; run < WARM_RUNS; run++) warm.push(await startOnce(environment));
    const median = (of: (start: DemoStart) => number): number =>
      warm.map(of).toSorted((a, b) => a - b)[Math.floor(WARM_RUNS / 2)]!;
    const metric = (name: string, value: number, better: Metric['better'], goal?: number): Metric => ({
      name: `start.${name}_s`,
      value: rounded(value),
      unit: 's',
      better,
      ...(goal === undefined ? {} : { goal }),
    });
    return [
      metric('empty_folder_ready', first.readySeconds, 'info'),
      metric(
        'warm_ready',
        median((start) => start.readySeconds),
        'lower',
        GOALS.readySeconds,
      ),
      metric(
        'warm_first_gold',
        median((start) => start.firstGoldSeconds),
        'lower',
        GOALS.firstGoldSeconds,
      ),
    ];
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
};
