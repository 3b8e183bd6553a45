import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { readTable } from './read-table.ts';
import { temporaryTables } from './testing/temporary-tables.ts';
import type { WriterJob, WrittenBatch } from './testing/upsert-writer.ts';

const WRITER = fileURLToPath(new URL('./testing/upsert-writer.ts', import.meta.url));

const inThread = async (job: WriterJob): Promise<readonly WrittenBatch[]> => {
  const worker = new Worker(WRITER, { workerData: job });
  const [batches] = await once(worker, 'message');
  await once(worker, 'exit');
  return batches as readonly WrittenBatch[];
};

const inProcess = async (job: WriterJob): Promise<readonly WrittenBatch[]> => {
  const { stdout } = await promisify(execFile)(process.execPath, [WRITER, JSON.stringify(job)]);
  return JSON.parse(stdout) as readonly WrittenBatch[];
};

it('threads and processes upsert and merge a table at once, over one key index', {
  timeout: 60_000,
}, async () => {
  const tables = await temporaryTables();
  try {
    const path = join(tables.folder, 'table');
    const job = { path, indexDir: join(tables.folder, 'index'), batches: 12 };
    const written = await Promise.all([
      inThread({ ...job, name: 'thread-1' }),
      inThread({ ...job, name: 'thread-2' }),
      inProcess({ ...job, name: 'process' }),
    ]);
    const expected = new Map<string, string>();
    for (const { value, rows, deletes } of written.flat().sort((a, b) => a.version - b.version)) {
      for (const key of deletes) expected.delete(key);
      for (const key of rows) expected.set(key, value);
    }
    const found: [string, string][] = [];
    for await (const { key, value } of (await readTable({ path })).scanRows()) {
      found.push([key as string, value as string]);
    }
    expect(found.sort()).toEqual([...expected].sort());
  } finally {
    await tables.remove();
  }
});
