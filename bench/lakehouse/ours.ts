/** One side of the comparison: does with this package what the driver asks for, a line of JSON each; see engine.ts. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TableMaintenance } from '@marketing-streams/lakehouse/maintenance/maintenance-types';
import { createTableMaintenance } from '@marketing-streams/lakehouse/maintenance/table-maintenance';
import { openLakehouse } from '@marketing-streams/lakehouse/query/open-lakehouse';
import type { Lakehouse } from '@marketing-streams/lakehouse/query/query-types';
import type { Row } from '@marketing-streams/lakehouse/schema/table-schema';
import { openTable } from '@marketing-streams/lakehouse/table';
import type { DeltaTable } from '@marketing-streams/lakehouse/table-types';
import { CUSTOMER_KEY, CUSTOMERS } from './customers.ts';
import type { OursCommand, TableState } from './engine.ts';

let table: DeltaTable;
let rows: readonly Row[] = [];
let maintenance: TableMaintenance | null = null;
let lakehouse: Lakehouse | null = null;

const open = async (command: Extract<OursCommand, { do: 'open' }>): Promise<number> => {
  const { path, indexDir, isMaintained = false } = command;
  table = await openTable({
    path,
    name: 'bench.customers',
    schema: CUSTOMERS,
    checkpoints: isMaintained ? 'elsewhere' : 'inline',
    ...(indexDir === undefined ? { kind: 'append' } : { kind: { upsert: [CUSTOMER_KEY] }, indexDir }),
  });
  // As services maintain their tables.
  if (isMaintained) maintenance = createTableMaintenance({ tables: [table] });
  return table.version();
};

/** As the web app's pages query: the newest version is looked up each time. */
const query = async (sql: string): Promise<readonly (readonly unknown[])[]> => {
  lakehouse ??= openLakehouse({ deltaDir: dirname(table.location), otherTables: { t: table.location } });
  const { rows } = await lakehouse.query(sql);
  return rows.map((row) => Object.values(row));
};

const close = async (): Promise<void> => {
  await maintenance?.stop();
  await table.close();
};

const countRows = async (): Promise<number> => {
  let count = 0;
  for await (const _ of table.scanRows()) count++;
  return count;
};

const describeTable = (): TableState => {
  const files = table.files();
  const log = readdirSync(join(table.location, '_delta_log')).filter((name) => !name.startsWith('.'));
  return {
    files: files.length,
    visibleRows: files.reduce((sum, file) => sum + file.rows! - file.deletedRows, 0),
    logFiles: log.length,
    logBytes: log.reduce((sum, name) => sum + statSync(join(table.location, '_delta_log', name)).size, 0),
  };
};

const perform = async (command: OursCommand): Promise<unknown> => {
  switch (command.do) {
    case 'open':
      return open(command);
    case 'load':
      rows = readFileSync(command.file, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Row);
      return rows.length;
    case 'append':
      return table.append(rows);
    case 'upsert':
      return table.upsert(rows, []);
    case 'delete':
      return table.upsert([], rows);
    case 'optimize':
      return table.optimize(command.minFiles === undefined ? {} : { minFiles: command.minFiles });
    case 'count-rows':
      return countRows();
    case 'query':
      return query(command.sql);
    case 'count-files':
      return table.files().length;
    case 'describe':
      return describeTable();
    case 'close':
      return close();
  }
};

const measure = async (command: OursCommand): Promise<string> => {
  const cpuBefore = process.cpuUsage();
  const began = performance.now();
  const value = await perform(command);
  const wallMs = performance.now() - began;
  const { user, system } = process.cpuUsage(cpuBefore);
  return JSON.stringify({ wallMs, cpuMs: (user + system) / 1000, value: value ?? null });
};

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${await measure(JSON.parse(line) as OursCommand)}\n`);
}
process.exit();
