import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tryKernelLock } from '@marketing-streams/embedded/kernel-lock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const SCRIPT = fileURLToPath(new URL('../clear.sh', import.meta.url));

let home: string;
let local: string;
let delta: string;

const clear = (overrides: Record<string, string> = {}, ...args: string[]) => {
  const environment = { ...process.env, HOME: home, LOCAL_DIR: local, DELTA_DIR: delta, ...overrides };
  const { status, stderr } = spawnSync('bash', [SCRIPT, ...args], { env: environment, encoding: 'utf8' });
  return { status, stderr };
};

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'clear-'));
  local = join(home, 'local');
  delta = join(home, 'delta');
  mkdirSync(join(local, 'cache'), { recursive: true });
  mkdirSync(join(local, 'kafka'));
  mkdirSync(join(delta, 'gold'), { recursive: true });
});

afterEach(() => rmSync(home, { recursive: true, force: true }));

describe('make clear', () => {
  it('removes data and tables and keeps the downloads', () => {
    expect(clear()).toEqual({ status: 0, stderr: '' });
    expect(readdirSync(local)).toEqual(['cache']);
    expect(existsSync(delta)).toBe(false);
  });

  it('leaves tables in a store to the tools of the store', () => {
    expect(clear({ DELTA_DIR: 's3://bucket/delta' })).toEqual({ status: 0, stderr: '' });
    expect(readdirSync(local)).toEqual(['cache']);
    expect(existsSync(delta)).toBe(true);
  });

  it('removes nothing when it only checks', () => {
    expect(clear({}, '--check').status).toBe(0);
    expect(readdirSync(local)).toEqual(['cache', 'kafka']);
    expect(existsSync(delta)).toBe(true);
  });

  it('refuses while a demo holds the folder', () => {
    const lock = tryKernelLock(join(local, 'demo.lock'));
    const refused = clear();
    lock?.release();
    expect(refused).toMatchObject({ status: 1, stderr: expect.stringContaining(`process ${process.pid}`) });
    expect(existsSync(join(local, 'kafka'))).toBe(true);
  });

  it('is not fooled by the process id a killed demo left behind', () => {
    writeFileSync(join(local, 'stack.lock'), '');
    writeFileSync(join(local, 'stack.lock.pid'), `${process.pid}\n`);
    expect(clear()).toEqual({ status: 0, stderr: '' });
    expect(readdirSync(local)).toEqual(['cache']);
  });

  it.each([
    ['the file system', () => ({ DELTA_DIR: '/' }), 'whole file system'],
    ['the home folder', () => ({ LOCAL_DIR: home }), 'your home folder'],
    ['a folder above the home folder', () => ({ DELTA_VOLUME: join(home, '..') }), 'your home folder'],
    ['this project', () => ({ DELTA_DIR: '.' }), 'this project'],
    ['a repository', () => ({ DELTA_DIR: join(home, 'work') }), 'a Git repository'],
  ])('refuses %s', (_, overrides, reason) => {
    mkdirSync(join(home, 'work', 'notes', '.git'), { recursive: true });
    expect(clear(overrides(), '--check')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining(reason),
    });
  });
});
