import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { waitUntilGone } from './left-processes.ts';

const children: ChildProcess[] = [];

/** A process that waits to be ended, marked like everything that a test run starts. */
const startMarked = async (mark: string): Promise<ChildProcess> => {
  const child = spawn('sleep', ['60'], { env: { ...process.env, MARK: mark } });
  children.push(child);
  await once(child, 'spawn');
  return child;
};

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

describe.runIf(process.platform === 'linux')('processes left by a test run', () => {
  it('finds one that is still there when the time is up', async () => {
    const mark = randomUUID();
    const child = await startMarked(mark);
    expect(await waitUntilGone('MARK', mark, 0)).toEqual([{ pid: child.pid, command: 'sleep 60 ' }]);
  });

  it('waits for one that is about to end', async () => {
    const mark = randomUUID();
    const child = await startMarked(mark);
    const gone = waitUntilGone('MARK', mark, 10_000);
    child.kill('SIGKILL');
    expect(await gone).toEqual([]);
  });
});
