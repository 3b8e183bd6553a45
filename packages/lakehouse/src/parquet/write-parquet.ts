import { constants, zstdCompressSync } from 'node:zlib';
import { ByteWriter, parquetWrite } from 'hyparquet-writer';
import { toParquetSchema } from '../schema/parquet-schema.ts';
import type { Row, TableSchema } from '../schema/table-schema.ts';
import { columnEncoders } from './column-encoder.ts';
import { type StatisticsNode, statisticsText } from './file-statistics.ts';

/** A Parquet file in memory and the `stats` text of its `add` action. */
export type ParquetFile = { readonly data: Uint8Array; readonly stats: string; readonly rows: number };

/** Level 1 costs no more CPU than Snappy here and gives files a third smaller. */
const ZSTD_OPTIONS = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

const ROWS_PER_GROUP = 100_000;

/**
 * Rows as one ZSTD Parquet file. Throws DELTA_SCHEMA_MISMATCH naming the column for a value that does not fit;
 * fields of a row that the schema does not have are not written.
 */
export const writeParquet = (schema: TableSchema, rows: readonly Row[]): ParquetFile => {
  const statistics = new Map<string, StatisticsNode>();
  const columnData = columnEncoders(schema).map((column) => {
    const data = new Array<unknown>(rows.length);
    for (let index = 0; index < rows.length; index++) data[index] = column.encode(rows[index]![column.name]);
    if (column.statistics !== null) statistics.set(column.name, column.statistics);
    return { name: column.name, data };
  });
  const writer = new ByteWriter();
  parquetWrite({
    writer,
    columnData,
    schema: toParquetSchema(schema),
    codec: 'ZSTD',
    compressors: { ZSTD: (input) => zstdCompressSync(input, ZSTD_OPTIONS) },
    rowGroupSize: ROWS_PER_GROUP,
    createdBy: 'marketing-streams lakehouse',
  });
  return { data: writer.getBytes(), stats: statisticsText(rows.length, statistics), rows: rows.length };
};
