import { afterEach, expect, it, vi } from 'vitest';
import type { ReadinessCheck } from './health.ts';
import { createMetrics } from './metrics.ts';
import { startThreadAfter } from './worker-thread.ts';

/** A thread that is ready at once, and says when it was asked to stop. */
const THREAD = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { parentPort } from 'node:worker_threads';
    parentPort.postMessage({ kind: 'status', problem: null });
    parentPort.on('message', () => parentPort.postMessage({ kind: 'stopped' }));
  `)}`,
);

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const close of closers.splice(0).reverse()) await close();
});

const startAfter = (first: ReadinessCheck): { readonly check: ReadinessCheck } => {
  let check: ReadinessCheck = () => 'no check';
  const context = {
    name: 'test',
    config: {},
    metrics: createMetrics('test', { processMetrics: false }),
    onShutdown: (_: string, close: () => Promise<void>) => void closers.push(close),
    crash: (error: unknown): never => {
      throw error;
    },
    addCheck: (_: string, added: ReadinessCheck) => {
      check = added;
    },
  };
  startThreadAfter(context, 'thread', THREAD, first);
  return { check: () => check() };
};

it('a thread gives way to what comes first, and says that it is starting', async () => {
  let asked = 0;
  let problem: string | null = 'restoring';
  const { check } = startAfter(() => {
    asked += 1;
    return problem;
  });
  await vi.waitFor(() => expect(asked).toBeGreaterThan(3));
  expect(check()).toBe('starting');
  problem = null;
  await vi.waitFor(() => expect(check()).toBeNull());
});

it('a thread that never started does not start any more once its service stops', async () => {
  vi.useFakeTimers();
  let asked = 0;
  const { check } = startAfter(() => {
    asked += 1;
    return 'restoring';
  });
  vi.advanceTimersByTime(1_000);
  expect(asked).toBeGreaterThan(10);
  for (const close of closers.splice(0)) await close();
  const before = asked;
  vi.advanceTimersByTime(10_000);
  expect(asked).toBe(before);
  expect(check()).toBe('starting');
});
