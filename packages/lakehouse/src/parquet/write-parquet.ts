import type { RowGroup } from 'hyparquet';
import { ByteWriter } from 'hyparquet-writer';
import { writeMetadata } from 'hyparquet-writer/src/metadata.js';
import { toParquetSchema } from '../schema/parquet-schema.ts';
import type { Row, TableSchema } from '../schema/table-schema.ts';
import { type ColumnWriter, columnWriters } from './column-writer.ts';
import { type StatisticsNode, statisticsText } from './file-statistics.ts';

/** A Parquet file in memory and the `stats` text of its `add` action. */
export type ParquetFile = { readonly data: Uint8Array; readonly stats: string; readonly rows: number };

const ROWS_PER_GROUP = 100_000;

/** `PAR1`, at both ends of a file. */
const MAGIC = 0x31524150;

/** Writes a file part by part, each column by itself: what is held is encoded already. */
export type ParquetWriter = {
  /** In the order of the schema. Each takes the values of a part's rows; then `endRows` is called. */
  readonly columns: readonly ColumnWriter[];
  readonly endRows: (rows: number) => void;
  readonly finish: () => ParquetFile;
};

/** A writer of one ZSTD Parquet file; see `writeParquet`. */
export const createParquetWriter = (schema: TableSchema, rowsPerGroup = ROWS_PER_GROUP): ParquetWriter => {
  const columns = columnWriters(schema);
  const writer = new ByteWriter(64 * 1024);
  writer.appendUint32(MAGIC);
  const groups: RowGroup[] = [];
  let total = 0;
  let waiting = 0;

  const endGroup = (): void => {
    const start = writer.offset;
    const chunks = columns.flatMap(({ leaves }) => leaves.map((leaf) => leaf.finishChunk(writer)));
    groups.push({
      columns: chunks,
      total_byte_size: chunks.reduce((sum, chunk) => sum + chunk.meta_data!.total_uncompressed_size, 0n),
      total_compressed_size: BigInt(writer.offset - start),
      num_rows: BigInt(waiting),
    });
    waiting = 0;
  };

  return {
    columns,
    endRows: (rows) => {
      total += rows;
      waiting += rows;
      if (waiting >= rowsPerGroup) endGroup();
    },
    finish: () => {
      if (waiting > 0) endGroup();
      writeMetadata(writer, {
        version: 1,
        created_by: 'marketing-streams lakehouse',
        schema: toParquetSchema(schema),
        num_rows: BigInt(total),
        row_groups: groups,
        metadata_length: 0,
      });
      writer.appendUint32(MAGIC);
      const statistics = new Map<string, StatisticsNode>();
      schema.forEach(({ name }, number) => {
        const node = columns[number]!.statistics;
        if (node !== null) statistics.set(name, node);
      });
      return { data: writer.getBytes(), stats: statisticsText(total, statistics), rows: total };
    },
  };
};

/** Rows that are there at once when they are made while they are written: few enough to die young. */
const ROWS_AT_ONCE = 500;

/**
 * Rows as one ZSTD Parquet file, taken some hundred at a time. Throws DELTA_SCHEMA_MISMATCH naming the column for a value that does not fit;
 * fields of a row that the schema does not have are not written.
 */
export const writeParquet = (
  schema: TableSchema,
  rows: Iterable<Row>,
  options: { readonly rowsPerGroup?: number } = {},
): ParquetFile => {
  const { rowsPerGroup = ROWS_PER_GROUP } = options;
  const writer = createParquetWriter(schema, rowsPerGroup);
  let part: Row[] = [];
  let inGroup = 0;
  const writePart = (): void => {
    schema.forEach(({ name }, number) => {
      const column = writer.columns[number]!;
      for (const row of part) column.write(row[name], 0);
    });
    writer.endRows(part.length);
    inGroup = (inGroup + part.length) % rowsPerGroup;
    part = [];
  };
  for (const row of rows) {
    part.push(row);
    if (part.length === ROWS_AT_ONCE || inGroup + part.length === rowsPerGroup) writePart();
  }
  if (part.length > 0) writePart();
  return writer.finish();
};
