import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { findFreePort } from '@marketing-streams/embedded/ports';
import { isRunning } from '@marketing-streams/embedded/supervise/process-state';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

const DEMO = fileURLToPath(new URL('../demo.ts', import.meta.url));
const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url));

/** A `make demo` without a terminal, and what it has written so far. */
type Demo = {
  readonly child: ChildProcess;
  readonly lines: readonly string[];
  readonly exit: Promise<number | null>;
};

let folder: string;
let environment: Record<string, string>;
let demos: Demo[];

const startDemo = (settings: Readonly<Record<string, string>> = {}): Demo => {
  const child = spawn(process.execPath, [DEMO], {
    cwd: REPOSITORY,
    env: { ...process.env, ...environment, ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface(stream).on('line', (line) => lines.push(line));
  }
  const demo = { child, lines, exit: once(child, 'close').then(([code]) => code as number | null) };
  demos.push(demo);
  return demo;
};

const untilLine = (demo: Demo, pattern: RegExp, after = 0): Promise<number> =>
  vi.waitFor(
    () => {
      const found = demo.lines.findIndex((line, index) => index >= after && pattern.test(line));
      if (found < 0) throw new Error(`no line ${pattern} in:\n${demo.lines.join('\n')}`);
      return found + 1;
    },
    { timeout: 90_000, interval: 50 },
  );

/** Process ids of all that was reported ready, newest last. */
const pidsOf = (demo: Demo, name = '\\S+'): number[] =>
  demo.lines.flatMap((line) => {
    const match = new RegExp(`^ {2}${name} +ready +process (\\d+)`).exec(line);
    return match === null ? [] : [Number(match[1])];
  });

const page = async (): Promise<number> => (await fetch(`http://localhost:${environment['PORT']}/`)).status;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'demo-'));
  demos = [];
  environment = {
    KAFKA_PORT: String(await findFreePort()),
    REGISTRY_PORT: String(await findFreePort()),
    REDIS_PORT: String(await findFreePort()),
    PORT: String(await findFreePort()),
    LOCAL_DIR: join(folder, 'local'),
    DELTA_DIR: join(folder, 'delta'),
  };
});

afterEach(async () => {
  for (const { child } of demos) child.kill('SIGKILL');
  await Promise.all(demos.map(({ exit }) => exit));
  await vi.waitFor(() => expect(demos.flatMap((demo) => pidsOf(demo)).filter(isRunning)).toEqual([]), 20_000);
  rmSync(folder, { recursive: true });
});

describe('make demo', () => {
  test('comes up, restarts what dies, refuses a second one, and ends everything on Ctrl-C', async () => {
    const demo = startDemo();
    await untilLine(demo, new RegExp(`^ready http://localhost:${environment['PORT']}$`));
    expect(await page()).toBe(200);

    const second = startDemo();
    expect(await second.exit).toBe(1);
    expect(second.lines).toEqual([
      expect.stringMatching(new RegExp(`^a demo runs already in .* \\(process ${demo.child.pid}\\): `)),
    ]);
    const beside = startDemo({ LOCAL_DIR: join(folder, 'other') });
    expect(await beside.exit).toBe(1);
    expect(beside.lines).toEqual([
      `port ${environment['KAFKA_PORT']} for Kafka is taken by another program: set KAFKA_PORT to a free port, or stop that program`,
    ]);
    expect(await page()).toBe(200);

    for (const name of ['gold', 'kafka']) {
      process.kill(pidsOf(demo, name).at(-1)!, 'SIGKILL');
      const said = await untilLine(demo, new RegExp(`^${name} was ended by SIGKILL.*; starts again in`, 'i'));
      await untilLine(demo, new RegExp(`^ {2}${name} +ready`), said);
    }
    expect(await page()).toBe(200);

    demo.child.kill('SIGINT');
    expect(await demo.exit).toBe(0);
    expect(pidsOf(demo).filter(isRunning)).toEqual([]);
  });

  test('with TRAFFIC=off starts no producer, and leaves no process after kill -9', async () => {
    const demo = startDemo({ TRAFFIC: 'off' });
    await untilLine(demo, /^ready /);
    // Kafka, registry and Redis, and eight services.
    expect(pidsOf(demo)).toHaveLength(11);
    expect(demo.lines.join('\n')).not.toContain('producer');
    demo.child.kill('SIGKILL');
    await vi.waitFor(() => expect(pidsOf(demo).filter(isRunning)).toEqual([]), 20_000);
  });
});
