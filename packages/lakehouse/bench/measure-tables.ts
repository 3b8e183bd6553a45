/**
 * Measures tables on the local disk: `node packages/lakehouse/bench/measure-tables.ts [rows of the upsert table]`.
 * Prints CPU and wall time of the sink per row, of upserts of 1000 random keys, and of opening with and without
 * the key index.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KafkaRecord } from '@marketing-streams/contracts/record';
import { column, type Row } from '@marketing-streams/lakehouse/schema/table-schema';
import { createTableSink } from '@marketing-streams/lakehouse/sink';
import { openTable } from '@marketing-streams/lakehouse/table';

const UPSERT_ROWS = Number(process.argv[2] ?? 1_000_000);
const SINK_ROWS = 200_000;
const UPSERT_BATCHES = 60;
const KEYS_PER_BATCH = 1000;

/** Wall and CPU seconds of a piece of work; CPU counts every thread of the process. */
const measure = async <T>(run: () => Promise<T>): Promise<{ wall: number; cpu: number; result: T }> => {
  const cpuBefore = process.cpuUsage();
  const before = performance.now();
  const result = await run();
  const { user, system } = process.cpuUsage(cpuBefore);
  return { wall: (performance.now() - before) / 1000, cpu: (user + system) / 1e6, result };
};

const say = (what: string, values: Readonly<Record<string, string | number>>): void => {
  process.stdout.write(
    `${what}: ${Object.entries(values)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ')}\n`,
  );
};

/** A reproducible generator (mulberry32), so that two runs do the same work. */
const randomFrom = (seed: number) => (): number => {
  seed = (seed + 0x6d2b79f5) | 0;
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
};

const BRONZE_COLUMNS = [
  column.binary('key'),
  column.binary('value'),
  column.list('headers', { type: 'struct', fields: [column.string('name'), column.binary('value')] }),
  column.string('topic', { nullable: false }),
  column.int('partition', { nullable: false }),
  column.long('offset', { nullable: false }),
  column.timestamp('timestamp', { nullable: false }),
  column.int('schema_id'),
  column.string('decoded'),
  column.timestamp('ingested_at', { nullable: false }),
];

const measureSink = async (folder: string): Promise<void> => {
  const random = randomFrom(1);
  const records: KafkaRecord[] = Array.from({ length: SINK_ROWS }, (_, index) => {
    const customer = `customer-${Math.floor(random() * 50_000)}`;
    return {
      topic: 'dom.order.placed.v1',
      partition: index % 6,
      offset: Math.floor(index / 6),
      timestamp: 1_700_000_000_000 + index,
      key: Buffer.from(customer),
      value: Buffer.from(`\0\0\0\0\u0005${customer}order-${index}-USD-${random()}-${random()}`),
      headers: {},
    };
  });
  const table = await openTable({
    path: join(folder, 'bronze'),
    name: 'bronze.orders',
    schema: BRONZE_COLUMNS,
    kind: 'append',
  });
  const sink = createTableSink({
    clusterId: 'bench',
    routes: [
      {
        topics: ['dom.order.placed.v1'],
        table,
        toChange: ({ key, value, topic, partition, offset, timestamp }) => ({
          kind: 'row',
          row: {
            key,
            value,
            headers: [],
            topic,
            partition,
            offset,
            timestamp,
            schema_id: 5,
            decoded: `{"customer_id":"${key}","order_id":"order-${offset}","total_amount":${offset}}`,
            ingested_at: timestamp + 20,
          },
        }),
      },
    ],
  });
  await sink.positions(
    Array.from({ length: 6 }, (_, partition) => ({ topic: 'dom.order.placed.v1', partition })),
  );
  const { wall, cpu } = await measure(async () => {
    for (let start = 0; start < records.length; start += 2000)
      await sink.write(records.slice(start, start + 2000));
    await sink.close();
  });
  const bytes = table.files().reduce((sum, file) => sum + file.bytes, 0);
  say(`sink of ${SINK_ROWS} bronze rows`, {
    'CPU µs a row': ((cpu * 1e6) / SINK_ROWS).toFixed(1),
    'rows/s': Math.round(SINK_ROWS / wall),
    'bytes a row': (bytes / SINK_ROWS).toFixed(0),
    commits: table.version(),
  });
};

const CUSTOMER_COLUMNS = [
  column.string('customer_id', { nullable: false }),
  column.string('email'),
  column.string('first_name'),
  column.string('last_name'),
  column.boolean('is_active'),
  column.string('lifecycle_stage'),
  column.int('order_count'),
  column.decimal('lifetime_value', 18, 2),
  column.double('engagement_rate'),
  column.timestamp('as_of'),
  column.list('source_offsets', {
    type: 'struct',
    fields: [column.string('topic'), column.int('partition'), column.long('offset')],
  }),
];

const customer = (number: number, revision: number): Row => ({
  customer_id: `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`,
  email: `person${number}@example.com`,
  first_name: `First${number % 997}`,
  last_name: `Last${number % 4999}`,
  is_active: number % 3 === 0,
  lifecycle_stage: ['prospect', 'customer', 'engaged'][number % 3],
  order_count: revision,
  lifetime_value: number * 7 + revision,
  engagement_rate: (number % 100) / 100,
  as_of: 1_700_000_000_000 + revision,
  source_offsets: [{ topic: 'dom.order.placed.v1', partition: number % 6, offset: revision }],
});

const percentile = (sorted: readonly number[], share: number): string =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!.toFixed(1);

const measureUpserts = async (folder: string): Promise<void> => {
  const open = (indexDir: string) =>
    openTable({
      path: join(folder, 'customers'),
      name: 'gold.customer_360',
      schema: CUSTOMER_COLUMNS,
      kind: { upsert: ['customer_id'] },
      indexDir: join(folder, indexDir),
    });
  const table = await open('index');
  const load = await measure(async () => {
    for (let first = 0; first < UPSERT_ROWS; first += 50_000) {
      const count = Math.min(50_000, UPSERT_ROWS - first);
      await table.upsert(
        Array.from({ length: count }, (_, index) => customer(first + index, 0)),
        [],
      );
    }
  });
  say(`load of ${UPSERT_ROWS} new keys`, {
    'CPU µs a row': ((load.cpu * 1e6) / UPSERT_ROWS).toFixed(1),
    seconds: load.wall.toFixed(1),
  });
  const random = randomFrom(2);
  const walls: number[] = [];
  let cpu = 0;
  for (let batch = 1; batch <= UPSERT_BATCHES; batch++) {
    const rows = Array.from({ length: KEYS_PER_BATCH }, () =>
      customer(Math.floor(random() * UPSERT_ROWS), batch),
    );
    const one = await measure(() => table.upsert(rows, []));
    walls.push(one.wall * 1000);
    cpu += one.cpu;
    if (batch % 16 === 0) {
      const merge = await measure(() => table.optimize());
      say('merge of small files', { files: merge.result.filesRemoved, ms: (merge.wall * 1000).toFixed(0) });
    }
  }
  walls.sort((a, b) => a - b);
  say(`upsert of ${KEYS_PER_BATCH} random keys`, {
    'p50 ms': percentile(walls, 0.5),
    'p99 ms': percentile(walls, 0.99),
    'CPU ms': ((cpu * 1000) / UPSERT_BATCHES).toFixed(1),
    'live files': table.files().length,
    'memory MB': Math.round(process.memoryUsage.rss() / 1e6),
  });
  await table.close();
  const reopened = await measure(() => open('index'));
  await reopened.result.close();
  say('reopen', { ms: (reopened.wall * 1000).toFixed(0) });
  const lost = await open('lost-index');
  const rebuilt = await measure(() => lost.upsert([customer(1, 99)], []));
  say('first upsert with a lost index', { seconds: rebuilt.wall.toFixed(1) });
  await lost.close();
};

const folder = await mkdtemp(join(tmpdir(), 'measure-tables-'));
try {
  await measureSink(folder);
  await measureUpserts(folder);
} finally {
  await rm(folder, { recursive: true });
}
