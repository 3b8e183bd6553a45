import { afterEach, describe, expect, it, vi } from 'vitest';
import { createJobRunner, type JobRunner } from './job-runner.ts';
import type { MaintenanceJob } from './jobs.ts';

const module = new URL('./testing/failing.worker.ts', import.meta.url);
const jobOf = (table: string): MaintenanceJob => ({ kind: 'vacuum', table, location: '/nowhere' });

let runner: JobRunner;

afterEach(() => runner.close());

describe('a job in the maintenance thread', { timeout: 20_000 }, () => {
  it('fails alone: the next one runs', async () => {
    runner = createJobRunner({ idleMilliseconds: 60_000, module });
    const good = { filesRemoved: 1 };
    expect(await runner.run(jobOf('good'))).toMatchObject(good);
    await expect(runner.run(jobOf('fails'))).rejects.toMatchObject({
      code: 'DISK_FULL',
      message: 'no space left',
    });
    expect(await runner.run(jobOf('good'))).toMatchObject(good);
    await expect(runner.run(jobOf('dies'))).rejects.toMatchObject({
      code: 'INTERNAL',
      message: expect.stringContaining('code 7'),
    });
    expect(await runner.run(jobOf('good'))).toMatchObject(good);
    await expect(runner.run(jobOf('throws'))).rejects.toMatchObject({
      code: 'INTERNAL',
      message: expect.stringContaining('a bug'),
    });
    expect(await runner.run(jobOf('good'))).toMatchObject(good);
  });

  it('ends early when asked to', async () => {
    runner = createJobRunner({ idleMilliseconds: 60_000, module });
    const waiting = runner.run(jobOf('waits'));
    runner.abort();
    await expect(waiting).rejects.toThrow('aborted');
  });

  it('starts the thread, which ends when there is nothing to do', async () => {
    runner = createJobRunner({ idleMilliseconds: 1, module });
    const threads = () => process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length;
    const before = threads();
    await runner.run(jobOf('good'));
    expect(threads()).toBeGreaterThan(before);
    await vi.waitUntil(() => threads() === before, { timeout: 10_000 });
    expect(await runner.run(jobOf('good'))).toMatchObject({ filesRemoved: 1 });
  });

  it('starts another thread after many, so that what the first one held is given back', async () => {
    runner = createJobRunner({ idleMilliseconds: 60_000, mostJobs: 2, module });
    const threads = () => process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length;
    const before = threads();
    await runner.run(jobOf('good'));
    await expect(runner.run(jobOf('fails'))).rejects.toThrow('no space left');
    await vi.waitUntil(() => threads() === before, { timeout: 10_000 });
    expect(await runner.run(jobOf('good'))).toMatchObject({ filesRemoved: 1 });
    expect(threads()).toBeGreaterThan(before);
  });
});
