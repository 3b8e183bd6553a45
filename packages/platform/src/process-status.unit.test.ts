import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { processStatus } from './process-status.ts';

describe.runIf(process.platform === 'linux')('the status of a process', () => {
  it('tells a stopped one, whatever its command is called, and that it is still the same', async () => {
    const child = spawn('sleep', ['60'], { argv0: ') T 1 (' });
    await once(child, 'spawn');
    const pid = child.pid ?? 0;
    const before = processStatus(pid);
    expect(before?.state).not.toBe('T');
    child.kill('SIGSTOP');
    while (processStatus(pid)?.state !== 'T') await new Promise(setImmediate);
    expect(processStatus(pid)?.started).toBe(before?.started);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(processStatus(pid)).toBeNull();
  });

  it('has a time of start that differs between processes', async () => {
    expect(processStatus(process.pid)?.started).toMatch(/^\d+$/);
    expect(processStatus(process.pid)?.started).not.toBe(processStatus(1)?.started);
  });
});
