import { constants, zstdCompressSync } from 'node:zlib';
import type { ColumnChunk, CompressionCodec, Encoding, SchemaElement } from 'hyparquet';
import type { ByteWriter } from 'hyparquet-writer';
import { writePageHeader } from 'hyparquet-writer/src/datapage.js';
import type { ColumnType } from '../schema/table-schema.ts';
import { type Bounds, noBounds, observeBounds, observeText, rangeOf } from './bounds.ts';
import {
  type ByteSink,
  createByteSink,
  putByte,
  putBytes,
  putText,
  reserve,
  sinkBytes,
} from './byte-sink.ts';
import { chunkStatistics } from './file-statistics.ts';
import { bitWidthOf, putConstant, putHybrid } from './hybrid-runs.ts';
import { createTextDictionary, type TextDictionary } from './text-dictionary.ts';
import { mismatch, valueEncoder } from './value-encoder.ts';

/** A column of values: a primitive column of the table or a primitive part of a nested one. */
export type LeafColumn = {
  readonly type: ColumnType;
  /** Adds a value. Throws DELTA_SCHEMA_MISMATCH naming the column. */
  readonly put: (value: unknown, repetition: number) => void;
  /** Adds the absence of a value; the definition level says what is null: it, its list, its struct, … */
  readonly putNull: (definition: number, repetition: number) => void;
  /** Writes what was added since the last chunk. */
  readonly finishChunk: (writer: ByteWriter) => ColumnChunk;
  /** Bounds of all finished chunks. */
  readonly bounds: Bounds;
  /** Absent values of all finished chunks. */
  readonly nulls: () => number;
};

export type LeafPlace = {
  readonly type: ColumnType;
  /** For people: `items.element.sku`. */
  readonly path: string;
  readonly element: SchemaElement;
  /** Names in the Parquet schema, from the top. */
  readonly names: readonly string[];
  readonly maxDefinition: number;
  readonly maxRepetition: number;
};

/** A page is closed at the first row that begins beyond this many bytes. */
const PAGE_BYTES = 1024 * 1024;

/** Chunks smaller than this are not worth a compressor's start. */
const UNCOMPRESSED_BYTES = 64;

/** Level 1 costs no more CPU than Snappy here and gives files a third smaller. */
const compress = (bytes: Uint8Array): Buffer =>
  zstdCompressSync(bytes, {
    params: { [constants.ZSTD_c_compressionLevel]: 1 },
    pledgedSrcSize: bytes.length,
  });

type Levels = { numbers: Uint8Array; count: number };

const putLevel = (levels: Levels, level: number): void => {
  if (levels.count === levels.numbers.length) {
    const larger = new Uint8Array(levels.count * 2);
    larger.set(levels.numbers);
    levels.numbers = larger;
  }
  levels.numbers[levels.count++] = level;
};

/** A page as it will be stored, and its size before compression. */
type Page = {
  readonly values: number;
  readonly encoding: Encoding;
  readonly bytes: Buffer;
  readonly size: number;
};

/** Levels are runs behind their length in bytes, as version 1 pages have them. */
const withLength = (sink: ByteSink, put: () => void): void => {
  const start = reserve(sink, 4);
  put();
  sink.view.setInt32(start, sink.length - start - 4, true);
};

/** A leaf column without values. Pages are of version 1, which the protocol recommends for other engines' sake. */
export const createLeafColumn = (place: LeafPlace): LeafColumn => {
  const { type, path, element, maxDefinition, maxRepetition } = place;
  const definitions: Levels = { numbers: new Uint8Array(64), count: 0 };
  const repetitions: Levels = { numbers: new Uint8Array(64), count: 0 };
  const values = createByteSink(1024);
  const fileBounds = noBounds();
  const putValue = valueEncoder(type, path);
  let dictionary: TextDictionary | null = type.type === 'string' ? createTextDictionary() : null;
  let chunkBounds = noBounds();
  let fileNulls = 0;
  let chunkNulls = 0;
  let pageNulls = 0;
  let chunkValues = 0;
  /** Values and nulls of the page. */
  let entries = 0;
  let pages: Page[] = [];

  const pageBody = (): ByteSink => {
    const body = createByteSink(values.length + 64);
    if (maxRepetition > 0) {
      withLength(body, () => putHybrid(body, repetitions.numbers, entries, bitWidthOf(maxRepetition)));
    }
    if (maxDefinition > 0) {
      const width = bitWidthOf(maxDefinition);
      withLength(body, () => {
        if (pageNulls === 0) putConstant(body, maxDefinition, entries, width);
        else putHybrid(body, definitions.numbers, entries, width);
      });
    }
    if (dictionary === null) putBytes(body, sinkBytes(values));
    else {
      const width = bitWidthOf(Math.max(0, dictionary.size() - 1));
      const { numbers, count } = dictionary.indexes();
      putByte(body, width);
      putHybrid(body, numbers, count, width);
    }
    return body;
  };

  const closePage = (codec: CompressionCodec): void => {
    const encoding = dictionary === null ? 'PLAIN' : 'RLE_DICTIONARY';
    const body = sinkBytes(pageBody());
    const bytes = codec === 'ZSTD' ? compress(body) : body;
    pages.push({ values: entries, encoding, bytes, size: body.length });
    chunkValues += entries;
    chunkNulls += pageNulls;
    values.length = 0;
    definitions.count = 0;
    repetitions.count = 0;
    entries = 0;
    pageNulls = 0;
  };

  const beginEntry = (repetition: number): void => {
    if (repetition === 0 && values.length >= PAGE_BYTES) closePage('ZSTD');
    entries++;
    if (maxRepetition > 0) putLevel(repetitions, repetition);
  };

  const abandonDictionary = (): void => {
    dictionary!.putAll(values);
    dictionary = null;
  };

  const putString = (value: unknown): void => {
    if (typeof value !== 'string') throw mismatch(path, 'a string', value);
    if (dictionary === null) observeText(chunkBounds, value, putText(values, value));
    else if (!dictionary.put(value, chunkBounds)) abandonDictionary();
  };

  const put = putValue ?? ((_sink: ByteSink, value: unknown) => putString(value));

  const writePage = (writer: ByteWriter, bytes: Buffer, size: number, header: object): number => {
    const start = writer.offset;
    writePageHeader(writer, {
      uncompressed_page_size: size,
      compressed_page_size: bytes.length,
      ...header,
    } as Parameters<typeof writePageHeader>[1]);
    const headerBytes = writer.offset - start;
    writer.appendBytes(bytes);
    return headerBytes + size;
  };

  return {
    type,
    bounds: fileBounds,
    nulls: () => fileNulls,
    put: (value, repetition) => {
      beginEntry(repetition);
      put(values, value, chunkBounds);
      if (maxDefinition > 0) putLevel(definitions, maxDefinition);
    },
    putNull: (definition, repetition) => {
      beginEntry(repetition);
      putLevel(definitions, definition);
      pageNulls++;
    },
    finishChunk: (writer) => {
      if (dictionary !== null && !dictionary.pays()) abandonDictionary();
      const isTiny = dictionary === null && pages.length === 0 && values.length < UNCOMPRESSED_BYTES;
      const codec = isTiny && entries < UNCOMPRESSED_BYTES ? 'UNCOMPRESSED' : 'ZSTD';
      if (entries > 0 || pages.length === 0) closePage(codec);
      const start = writer.offset;
      let uncompressed = 0;
      if (dictionary !== null) {
        const page = dictionary.page();
        uncompressed += writePage(writer, compress(page), page.length, {
          type: 'DICTIONARY_PAGE',
          dictionary_page_header: { num_values: dictionary.size(), encoding: 'PLAIN' },
        });
      }
      const dataStart = writer.offset;
      for (const page of pages) {
        uncompressed += writePage(writer, page.bytes, page.size, {
          type: 'DATA_PAGE',
          data_page_header: {
            num_values: page.values,
            encoding: page.encoding,
            definition_level_encoding: 'RLE',
            repetition_level_encoding: 'RLE',
          },
        });
      }
      const chunk: ColumnChunk = {
        file_offset: BigInt(start),
        meta_data: {
          type: element.type!,
          encodings: ['RLE', 'PLAIN', ...(dictionary === null ? [] : ['RLE_DICTIONARY' as const])],
          path_in_schema: [...place.names],
          codec,
          num_values: BigInt(chunkValues),
          total_uncompressed_size: BigInt(uncompressed),
          total_compressed_size: BigInt(writer.offset - start),
          data_page_offset: BigInt(dataStart),
          ...(dictionary === null ? {} : { dictionary_page_offset: BigInt(start) }),
          statistics: chunkStatistics(type, rangeOf(chunkBounds), chunkNulls),
        },
      };
      observeBounds(fileBounds, chunkBounds);
      fileNulls += chunkNulls;
      chunkBounds = noBounds();
      chunkNulls = 0;
      chunkValues = 0;
      pages = [];
      dictionary = type.type === 'string' ? createTextDictionary() : null;
      return chunk;
    },
  };
};
