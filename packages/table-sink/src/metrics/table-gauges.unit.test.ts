import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localStorage } from '@marketing-streams/lakehouse/local-storage';
import { column } from '@marketing-streams/lakehouse/schema/table-schema';
import { openTable } from '@marketing-streams/lakehouse/table';
import { createMetrics, type Metrics } from '@marketing-streams/platform/metrics';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recordMaintenance } from './maintenance-metrics.ts';
import { showTables } from './table-gauges.ts';

let folder: string;
let metrics: Metrics;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'table-gauges-'));
  metrics = createMetrics('silver', { processMetrics: false });
});

afterEach(() => rm(folder, { recursive: true }));

const shown = async (): Promise<Record<string, number>> =>
  Object.fromEntries(
    (await metrics.snapshot()).flatMap(({ name, values }) =>
      values.map(({ value, labels }) => [
        [
          name,
          ...Object.entries(labels).flatMap(([label, text]) => (label === 'service' ? [] : [text])),
        ].join(' '),
        value,
      ]),
    ),
  );

describe('the gauges of a table', () => {
  it('show its live files as they are at the moment', async () => {
    const storage = localStorage(join(folder, 'table'));
    const table = await openTable({
      path: storage,
      name: 'silver.orders',
      schema: [column.string('id', { nullable: false })],
      kind: { upsert: ['id'] },
      indexDir: join(folder, 'index'),
    });
    showTables(metrics, [{ table, storage }]);
    await table.upsert([{ id: 'a' }, { id: 'b' }, { id: 'c' }], []);
    await table.upsert(
      [{ id: 'a' }],
      ['b'].map((id) => ({ id })),
    );
    expect(await shown()).toMatchObject({
      'table_files silver.orders': 2,
      'table_small_files silver.orders': 2,
      'table_hidden_rows silver.orders': 2,
      'table_bytes silver.orders': table.files().reduce((sum, { bytes }) => sum + bytes, 0),
      'table_commits_since_checkpoint silver.orders': 3,
    });
    for (let number = 0; number < 8; number++) await table.upsert([{ id: `${number}` }], []);
    expect(await shown()).toMatchObject({
      'table_files silver.orders': 10,
      'table_commits_since_checkpoint silver.orders': 0,
    });
    await table.close();
  });
});

describe('the metrics of maintenance', () => {
  it('count runs by outcome, and tell when one last went well', async () => {
    let now = 1_000_000;
    const record = recordMaintenance(metrics, () => now);
    const run = { table: 'silver.orders', kind: 'vacuum', seconds: 2, filesAdded: 0, rows: 0 } as const;
    record({ ...run, outcome: 'done', filesRemoved: 7 });
    now += 5000;
    record({ ...run, outcome: 'failed', filesRemoved: 0 });
    expect(await shown()).toMatchObject({
      'table_maintenance_runs_total silver.orders vacuum done': 1,
      'table_maintenance_runs_total silver.orders vacuum failed': 1,
      'table_maintenance_files_removed_total silver.orders vacuum': 7,
      'table_maintenance_last_success_timestamp_seconds silver.orders vacuum': 1000,
    });
  });
});
