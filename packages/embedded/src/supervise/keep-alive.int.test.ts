import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { findFreePort } from '../ports.ts';
import { type KeepAliveEvent, type KeptAlive, keepAlive } from './keep-alive.ts';
import { type ManagedProcess, manageProcess } from './managed-process.ts';
import { httpProbe } from './poll.ts';
import { isRunning } from './process-state.ts';

/** A service in miniature: `/readyz` on a port, a graceful stop, one log line. */
const SERVICE = `
  import { createServer } from 'node:http';
  const server = createServer((_, response) => response.end('{"ready":true,"checks":{}}'));
  server.listen(Number(process.env.HEALTH_PORT), '127.0.0.1');
  process.on('SIGTERM', () => server.close(() => process.exit(0)));
  console.log(JSON.stringify({ level: 'info', msg: 'listens' }));
`;
const FAILING = `console.log(JSON.stringify({ level: 'fatal', msg: 'PORT = "x": expected number' })); process.exit(1);`;

let folder: string;
let kept: KeptAlive | undefined;
let events: KeepAliveEvent[];

const service = async (source: string): Promise<ManagedProcess> => {
  const module = join(folder, 'service.mjs');
  writeFileSync(module, source);
  const port = await findFreePort();
  return manageProcess({
    name: 'miniature',
    logFile: join(folder, 'logs', 'miniature.log'),
    failureCode: 'INTERNAL',
    readyWithinMilliseconds: Number.POSITIVE_INFINITY,
    stopWithinMilliseconds: 5000,
    ipc: true,
    probe: httpProbe(`http://127.0.0.1:${port}/readyz`),
    launch: () => ({
      command: process.execPath,
      args: [module],
      environment: { ...process.env, HEALTH_PORT: String(port) },
    }),
  });
};

const kinds = (): string[] => events.map(({ kind }) => kind);

const keep = (managed: ManagedProcess): KeptAlive =>
  keepAlive(managed, {
    firstWaitMilliseconds: 20,
    longestWaitMilliseconds: 60,
    onEvent: (event) => events.push(event),
  });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keep-alive-'));
  events = [];
});

afterEach(async () => {
  await kept?.stop('kill');
  rmSync(folder, { recursive: true });
});

describe('keepAlive', () => {
  test('starts a process again that was killed with kill -9, and says why', async () => {
    const managed = await service(SERVICE);
    kept = keep(managed);
    await kept.firstReady;
    const first = managed.pid();
    process.kill(first!, 'SIGKILL');
    await vi.waitFor(
      () => expect(kinds()).toEqual(['starting', 'ready', 'failed', 'starting', 'ready']),
      10_000,
    );
    expect(events[2]).toEqual({
      kind: 'failed',
      why: 'miniature was ended by SIGKILL: listens',
      retryInMilliseconds: 20,
    });
    expect(kept.restarts()).toBe(1);
    expect(managed.pid()).not.toBe(first);
  });

  test('waits longer each time for a process that does not come up, and quotes its log', async () => {
    kept = keep(await service(FAILING));
    await vi.waitFor(() => expect(kinds().filter((kind) => kind === 'failed').length).toBe(4), 10_000);
    const failures = events.filter((event) => event.kind === 'failed');
    expect(failures.map(({ retryInMilliseconds }) => retryInMilliseconds)).toEqual([20, 40, 60, 60]);
    expect(failures[0]?.why).toBe('miniature ended with code 1: PORT = "x": expected number');
  });

  test('ends the process for good on stop, gracefully', async () => {
    const managed = await service(SERVICE);
    kept = keep(managed);
    await kept.firstReady;
    const pid = managed.pid()!;
    const ends: unknown[] = [];
    managed.onExit(({ code, expected }) => ends.push([code, expected]));
    await kept.stop();
    expect(ends).toEqual([[0, true]]);
    expect(isRunning(pid)).toBe(false);
    expect(kinds()).toEqual(['starting', 'ready']);
  });

  test('leaves a process alone that its own handle stopped, for tests of an outage', async () => {
    const managed = await service(SERVICE);
    kept = keep(managed);
    await kept.firstReady;
    await managed.kill();
    expect(managed.pid()).toBeNull();
    await managed.start();
    expect(managed.pid()).not.toBeNull();
    expect(kinds()).not.toContain('failed');
  });
});

describe('manageProcess', () => {
  test('a process that ends before it answers is an error with the last log line and the log file', async () => {
    const managed = await service(FAILING);
    await expect(managed.start()).rejects.toMatchObject({
      code: 'INTERNAL',
      message: expect.stringMatching(/^miniature ended with code 1: PORT = .* \(log: .*miniature\.log\)$/),
    });
  });
});
