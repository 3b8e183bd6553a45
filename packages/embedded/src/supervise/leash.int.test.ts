import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { spawnLeashed } from './leash.ts';
import { isRunning } from './process-state.ts';

const folder = mkdtempSync(join(tmpdir(), 'leash-'));
const logDescriptor = openSync(join(folder, 'log'), 'a');
afterAll(() => rmSync(folder, { recursive: true }));

const environment = process.env;
const leashModule = new URL('./leash.ts', import.meta.url).href;

/** A parent of its own that leashes a child, and the child's process id. */
const startParent = async (
  child: readonly string[],
  options: { ipc?: boolean; graceMilliseconds?: number } = {},
): Promise<{ readonly parent: ChildProcess; readonly childPid: number }> => {
  const script = `
    import { openSync } from 'node:fs';
    import { spawnLeashed } from ${JSON.stringify(leashModule)};
    const [command, ...args] = ${JSON.stringify(child)};
    const logDescriptor = openSync(${JSON.stringify(join(folder, 'child.log'))}, 'a');
    const options = ${JSON.stringify(options)};
    const child = spawnLeashed({ command, args, environment: process.env, logDescriptor, ...options });
    console.log(child.pid);
    setInterval(() => undefined, 1000);
  `;
  const parent = spawn(process.execPath, ['--input-type=module-typescript', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface(parent.stdout!), 'line')) as [string];
  return { parent, childPid: Number(line) };
};

const untilEnded = (pid: number): Promise<void> =>
  vi.waitFor(() => expect(isRunning(pid)).toBe(false), { timeout: 10_000, interval: 20 });

describe('a leashed child', () => {
  test('dies with a parent that was killed with kill -9', async () => {
    const { parent, childPid } = await startParent(['sleep', '1000']);
    expect(isRunning(childPid)).toBe(true);
    parent.kill('SIGKILL');
    await untilEnded(childPid);
  });

  test('is told by its IPC channel first and may end by itself', async () => {
    const script = `process.on('disconnect', () => setTimeout(() => process.exit(), 300)); setInterval(() => 0, 1000)`;
    const { parent, childPid } = await startParent([process.execPath, '--eval', script], {
      ipc: true,
      graceMilliseconds: 8000,
    });
    const killed = Date.now();
    parent.kill('SIGKILL');
    await untilEnded(childPid);
    expect(Date.now() - killed).toBeLessThan(4000);
  });

  test('is killed when it does not end within its grace', async () => {
    const deaf = `process.on('disconnect', () => 0); setInterval(() => 0, 1000)`;
    const { parent, childPid } = await startParent([process.execPath, '--eval', deaf], {
      ipc: true,
      graceMilliseconds: 600,
    });
    parent.kill('SIGKILL');
    await untilEnded(childPid);
  });

  test('keeps process id, exit code and signals of a direct child', async () => {
    const args = ['-c', 'exit 7'];
    const failing = spawnLeashed({ command: 'sh', args, environment, logDescriptor });
    expect(await once(failing, 'exit')).toEqual([7, null]);
    const sleeping = spawnLeashed({ command: 'sleep', args: ['1000'], environment, logDescriptor });
    sleeping.kill('SIGTERM');
    expect(await once(sleeping, 'exit')).toEqual([null, 'SIGTERM']);
  });
});
