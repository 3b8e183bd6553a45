import type { Metric } from '../src/metric.ts';
import { CUSTOMERS } from './customers.ts';
import { startDeltaRs, startOurs } from './engine.ts';
import { type Part, sizeName } from './options.ts';
import { caseMetrics, takeTurns } from './samples.ts';
import { upsertTables } from './upsert.ts';

/** Of the rows are hidden by deletion vectors. */
const HIDDEN_SHARE = 0.1;

const QUERIES = {
  all_columns: `SELECT ${CUSTOMERS.filter(({ type }) => type !== 'boolean')
    .map(({ name }) => `count(${name}) AS ${name}_n, max(${name}) AS ${name}_max`)
    .join(', ')} FROM t`,
  one_column: 'SELECT count(*), sum(loyalty_points) FROM t',
  grouped: `SELECT lifecycle_stage, count(*), sum(lifetime_value), max(last_order_at) FROM t
    WHERE is_active GROUP BY lifecycle_stage ORDER BY lifecycle_stage`,
};

const QUERY_RUNS = 5;
const QUERY_WARM_UP = 1;

/** Numbers by value, moments by the second: how engines print them differs. */
const comparable = (rows: unknown): string =>
  JSON.stringify(rows, (_, value) => {
    if (typeof value !== 'string') return value;
    if (/^\d{4}-\d\d-\d\d/.test(value)) return value.slice(0, 19).replace('T', ' ');
    return value !== '' && Number.isFinite(Number(value)) ? Number(value) : value;
  });

/**
 * Reading a table one row in ten of which a deletion vector hides: SQL with DuckDB over our list of files and with
 * delta-rs's QueryBuilder, on the same table; and every row as an object of the language. Throws when the two sides
 * do not read the same.
 */
export const measureScan: Part = async (workspace, { tableRows: rows, profile }) => {
  const tables = await upsertTables(workspace, rows);
  const indexDir = workspace.fresh('index');
  const file = await workspace.batch(Math.floor(rows * HIDDEN_SHARE), rows, 1);
  const writer = startOurs();
  await writer.run({ do: 'open', path: tables.ours, indexDir });
  await writer.run({ do: 'load', file });
  await writer.run({ do: 'delete' });
  await writer.run({ do: 'close' });
  await writer.stop();
  const metrics: Metric[] = [];
  const measure = async (
    name: string,
    runs: { readonly turns: number; readonly warmUp: number },
    commands: {
      readonly ours: Parameters<ReturnType<typeof startOurs>['run']>[0];
      readonly theirs: Parameters<Awaited<ReturnType<typeof startDeltaRs>>['run']>[0];
    },
  ): Promise<void> => {
    const ours = startOurs(profile);
    const theirs = await startDeltaRs();
    await ours.run({ do: 'open', path: tables.ours, indexDir });
    await theirs.run({ do: 'open', path: tables.ours });
    const turns = runs.turns + runs.warmUp;
    const [a, b] = await takeTurns([
      { turns, take: () => ours.run(commands.ours) },
      { turns, take: () => theirs.run(commands.theirs) },
    ]);
    const [own, other] = [comparable(a![0]!.value), comparable(b![0]!.value)];
    if (own !== other) throw new Error(`${name}: we read ${own}, delta-rs reads ${other}`);
    metrics.push(
      ...caseMetrics(`scan.${sizeName(rows)}.${name}`, {
        ours: { samples: a!.slice(runs.warmUp), memory: await ours.stop() },
        delta_rs: { samples: b!.slice(runs.warmUp), memory: await theirs.stop() },
      }),
    );
  };
  for (const [name, sql] of Object.entries(QUERIES)) {
    await measure(
      `sql_${name}`,
      { turns: QUERY_RUNS, warmUp: QUERY_WARM_UP },
      { ours: { do: 'query', sql }, theirs: { do: 'query', sql } },
    );
  }
  await measure(
    'row_objects',
    { turns: 1, warmUp: 0 },
    { ours: { do: 'count-rows' }, theirs: { do: 'query', sql: 'SELECT * FROM t', count: true } },
  );
  workspace.remove(tables.ours, tables.theirs, indexDir, file);
  return metrics;
};
