import { zstdDecompressSync } from 'node:zlib';
import { isPlatformError, PlatformError } from '@marketing-streams/platform/errors';
import {
  type AsyncBuffer,
  type FileMetaData,
  parquetMetadataAsync,
  parquetRead,
  parquetSchema,
} from 'hyparquet';
import type { Column, Row, TableSchema } from '../schema/table-schema.ts';
import type { Storage } from '../storage.ts';
import { randomAccess } from './random-access.ts';
import { type Decode, PARSERS, valueDecoder, withoutLossyTypes } from './value-decoder.ts';

const decompressors = {
  ZSTD: (input: Uint8Array, outputLength: number) =>
    zstdDecompressSync(input, { maxOutputLength: outputLength || undefined }),
};

/** Neighbouring row groups in which some part of a column has a value. */
const rangesWithValues = (metadata: FileMetaData, column: string): { from: number; to: number }[] => {
  const ranges: { from: number; to: number }[] = [];
  let from = 0;
  for (const group of metadata.row_groups) {
    const to = from + Number(group.num_rows);
    const hasValues = group.columns.some(
      ({ meta_data }) =>
        meta_data?.path_in_schema[0] === column && meta_data.statistics?.null_count !== meta_data.num_values,
    );
    if (hasValues && ranges.at(-1)?.to === from) ranges.at(-1)!.to = to;
    else if (hasValues) ranges.push({ from, to });
    from = to;
  }
  return ranges;
};

/** The values of the columns that the file has, each in the order of the rows. */
const readColumns = async (
  file: AsyncBuffer,
  schema: TableSchema,
  range: { readonly from?: number; readonly to?: number } = {},
): Promise<{ readonly rows: number; readonly columns: ReadonlyMap<string, unknown[]> }> => {
  const metadata = await parquetMetadataAsync(file);
  const rows = Number(metadata.num_rows);
  const columns = new Map<string, unknown[]>();
  const decoders = new Map<string, Decode>();
  for (const node of parquetSchema(metadata).children) {
    const column = schema.find(({ name }) => name === node.element.name);
    if (column === undefined) continue;
    columns.set(column.name, new Array<unknown>(rows));
    decoders.set(column.name, valueDecoder(column, node));
  }
  if (columns.size > 0) {
    await parquetRead({
      file,
      metadata: withoutLossyTypes(metadata),
      columns: [...columns.keys()],
      ...(range.from === undefined ? {} : { rowStart: range.from }),
      ...(range.to === undefined ? {} : { rowEnd: range.to }),
      parsers: PARSERS,
      compressors: decompressors,
      utf8: false,
      onChunk: ({ columnName, columnData, rowStart }) => {
        const values = columns.get(columnName)!;
        const decode = decoders.get(columnName)!;
        for (let index = 0; index < columnData.length; index++) {
          values[rowStart + index] = decode(columnData[index]);
        }
      },
    });
  }
  return { rows, columns };
};

const readable = async <T>(storage: Storage, path: string, read: () => Promise<T>): Promise<T> => {
  try {
    return await read();
  } catch (error) {
    if (isPlatformError(error) && error.code !== 'NOT_FOUND') throw error;
    throw new PlatformError('DELTA_CORRUPT', `${storage.location}/${path} cannot be read: ${String(error)}`, {
      cause: error,
    });
  }
};

/**
 * The rows of a Parquet file in the file's order, with the columns of `schema` that it has; columns it does not
 * have are null (they were added later). Throws DELTA_CORRUPT with the path for a file that cannot be read.
 */
export const readParquet = (
  storage: Storage,
  path: string,
  size: number,
  schema: TableSchema,
): Promise<Row[]> =>
  readable(storage, path, async () => {
    const { rows, columns } = await readColumns(await randomAccess(storage, path, size), schema);
    const names = schema.map(({ name }) => name);
    const values = names.map((name) => columns.get(name) ?? null);
    const read = new Array<Row>(rows);
    for (let index = 0; index < rows; index++) {
      const row: Record<string, unknown> = {};
      for (let column = 0; column < names.length; column++) {
        row[names[column]!] = values[column] === null ? null : values[column]![index];
      }
      read[index] = row;
    }
    return read;
  });

/** A Parquet file that is read column by column, so that only one of them need be in memory. */
export type ParquetColumns = {
  readonly rows: number;
  /** The column's values in the order of the rows; null when the file does not have it. Throws as `readParquet`. */
  readonly read: (column: Column) => Promise<readonly unknown[] | null>;
  /**
   * The column's values that are not null and have a part that is not, in no order; row groups without any are
   * passed over. Throws as `readParquet`.
   */
  readonly readValues: (column: Column) => Promise<readonly unknown[]>;
};

/** Opens a Parquet file to read its columns one by one. Throws as `readParquet`. */
export const openParquetColumns = (storage: Storage, path: string, size: number): Promise<ParquetColumns> =>
  readable(storage, path, async () => {
    const file = await randomAccess(storage, path, size);
    const metadata = await parquetMetadataAsync(file);
    return {
      rows: Number(metadata.num_rows),
      readValues: (column) =>
        readable(storage, path, async () => {
          const values: unknown[] = [];
          for (const range of rangesWithValues(metadata, column.name)) {
            const { columns } = await readColumns(file, [column], range);
            // Places outside of the range are holes, which forEach leaves out.
            columns.get(column.name)?.forEach((value) => void (value !== null && values.push(value)));
          }
          return values;
        }),
      read: (column) =>
        readable(
          storage,
          path,
          async () => (await readColumns(file, [column])).columns.get(column.name) ?? null,
        ),
    };
  });

/** The number of rows a Parquet file says it has. */
export const parquetRowCount = async (storage: Storage, path: string, size: number): Promise<number> =>
  Number((await parquetMetadataAsync(await randomAccess(storage, path, size))).num_rows);
