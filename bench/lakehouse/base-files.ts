import { mkdirSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Column } from '@marketing-streams/lakehouse/schema/table-schema';
import { CUSTOMERS, consecutive, typedCustomers } from './customers.ts';
import { duckdb, quoted } from './duckdb.ts';

/** A data file and its `add` action, with statistics as both sides write them. */
export type BaseFile = { readonly path: string; readonly bytes: number; readonly add: unknown };

/** ZSTD of level 1, as both sides write it. */
const PARQUET = 'FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE 100000';

const boundExpression = (bound: 'min' | 'max', { name, type }: Column): string =>
  type === 'timestamp' ? `epoch_ms(${bound}(${name}))` : `${bound}(${name})`;

const boundValue = ({ type }: Column, value: unknown): unknown => {
  if (type === 'timestamp') return new Date(Number(value)).toISOString();
  return type === 'string' ? value : Number(value);
};

const BOUNDED = CUSTOMERS.filter(({ type }) => type !== 'boolean');

const statisticsOf = async (file: string): Promise<string> => {
  const selected = [
    'count(*)',
    ...BOUNDED.flatMap((column) => [boundExpression('min', column), boundExpression('max', column)]),
    ...CUSTOMERS.map(({ name }) => `count(*) - count(${name})`),
  ];
  const reader = await (await duckdb()).runAndReadAll(`SELECT ${selected.join(', ')} FROM ${quoted(file)}`);
  const [rows, ...values] = reader.getRowsJson()[0]!;
  const nulls = values.slice(BOUNDED.length * 2);
  const bounds = (offset: number) =>
    Object.fromEntries(
      BOUNDED.map((column, index) => [column.name, boundValue(column, values[index * 2 + offset])]),
    );
  return JSON.stringify({
    numRecords: Number(rows),
    minValues: bounds(0),
    maxValues: bounds(1),
    nullCount: Object.fromEntries(CUSTOMERS.map(({ name }, index) => [name, Number(nulls[index])])),
  });
};

/** Writes customers 0 to `rows` as Parquet files into a new folder; the same bytes on every run. */
export const writeBaseFiles = async (
  folder: string,
  rows: number,
  rowsPerFile: number,
): Promise<readonly BaseFile[]> => {
  const connection = await duckdb();
  mkdirSync(folder);
  const files: BaseFile[] = [];
  for (let first = 0; first < rows; first += rowsPerFile) {
    const path = `part-${String(first / rowsPerFile).padStart(5, '0')}.parquet`;
    const file = join(folder, path);
    const select = typedCustomers(consecutive(first, Math.min(rowsPerFile, rows - first)));
    await connection.run(`COPY (${select}) TO ${quoted(file)} (${PARQUET})`);
    const { size } = await stat(file);
    const stats = await statisticsOf(file);
    files.push({
      path,
      bytes: size,
      add: {
        path,
        partitionValues: {},
        size,
        modificationTime: Date.now(),
        dataChange: true,
        stats,
      },
    });
  }
  return files;
};
