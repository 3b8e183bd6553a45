import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { isFailPointPlanned, parseFailPoints, reachFailPoint } from './fail-points.ts';

const MODULE = fileURLToPath(new URL('./fail-points.ts', import.meta.url));

/** Reaches `after-send` three times in a process of its own, telling each time it comes past. */
const passAfterSend = (failPoints: string) => {
  const code = `import { reachFailPoint } from ${JSON.stringify(MODULE)};
    import { writeSync } from 'node:fs';
    for (let time = 1; time <= 3; time++) { reachFailPoint('after-send'); writeSync(1, String(time)); }`;
  const { stdout, signal } = spawnSync(process.execPath, ['--input-type=module', '--eval', code], {
    env: { ...process.env, FAIL_POINTS: failPoints },
    encoding: 'utf8',
  });
  return { stdout, signal };
};

describe('fail points', () => {
  it('does nothing when nothing is asked for', () => {
    expect(isFailPointPlanned('after-send')).toBe(false);
    reachFailPoint('after-send');
    expect(passAfterSend('')).toEqual({ stdout: '123', signal: null });
    expect(passAfterSend('after-poll')).toEqual({ stdout: '123', signal: null });
  });

  it('kills the process when the place is reached for the count-th time', () => {
    expect(passAfterSend('after-send')).toEqual({ stdout: '', signal: 'SIGKILL' });
    expect(passAfterSend('after-poll,after-send:3')).toEqual({ stdout: '12', signal: 'SIGKILL' });
  });

  it('reads names, counts and actions', () => {
    expect([...parseFailPoints('after-send:2:stop,before-commit')]).toEqual([
      ['after-send', { left: 2, action: 'stop' }],
      ['before-commit', { left: 1, action: 'kill' }],
    ]);
  });

  it.each(['after-sent', 'after-send:0', 'after-send:x', 'after-send:1:burn'])('refuses %s', (text) => {
    expect(() => parseFailPoints(text)).toThrow(text);
  });
});
