/**
 * A writer that shares a table and its key index with others, as a thread of its own or a process: upserts random
 * keys, merges files now and then, and prints what each version of its own holds.
 */
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { column } from '../schema/table-schema.ts';
import { openTable } from '../table.ts';

export type WriterJob = {
  readonly path: string;
  readonly indexDir: string;
  readonly name: string;
  readonly batches: number;
};

/** A committed batch: keys that were written with `value`, and keys that were deleted. */
export type WrittenBatch = {
  readonly version: number;
  readonly value: string;
  readonly rows: readonly string[];
  readonly deletes: readonly string[];
};

const KEYS = 60;

const randomKeys = (count: number): readonly string[] =>
  Array.from({ length: count }, () => `key-${Math.floor(Math.random() * KEYS)}`);

const write = async ({ path, indexDir, name, batches }: WriterJob): Promise<readonly WrittenBatch[]> => {
  const table = await openTable({
    path,
    indexDir,
    name,
    schema: [column.string('key', { nullable: false }), column.string('value')],
    kind: { upsert: ['key'] },
  });
  const written: WrittenBatch[] = [];
  for (let batch = 0; batch < batches; batch++) {
    const rows = randomKeys(20);
    const deletes = randomKeys(4).filter((key) => !rows.includes(key));
    const value = `${name}-${batch}`;
    const { version } = await table.upsert(
      rows.map((key) => ({ key, value })),
      deletes.map((key) => ({ key })),
    );
    written.push({ version, value, rows, deletes });
    if (batch % 3 === 2) await table.optimize({ minFiles: 3 });
  }
  await table.close();
  return written;
};

if (isMainThread) {
  process.stdout.write(JSON.stringify(await write(JSON.parse(process.argv[2]!) as WriterJob)));
} else parentPort!.postMessage(await write(workerData as WriterJob));
