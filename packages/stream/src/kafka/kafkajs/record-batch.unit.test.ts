import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OutgoingRecord } from '../api.ts';
import { decodeRecordBatches } from './record-batch-decoder.ts';
import { encodeRecordBatch, estimateSize } from './record-batch-encoder.ts';
import { type Cursor, readVarint, sizeOfVarint, writeVarint } from './wire.ts';

const NOW = Date.UTC(2026, 0, 1);
const identity = { producerId: 1_234_567_890_123, producerEpoch: 7, firstSequence: 3, transactional: true };

const bytes = fc.uint8Array({ maxLength: 200 }).map((data) => Buffer.from(data));
const outgoing: fc.Arbitrary<OutgoingRecord> = fc.record({
  topic: fc.constant('t'),
  key: fc.option(bytes),
  value: fc.option(bytes),
  headers: fc.dictionary(
    fc.string().filter((name) => name !== '__proto__'),
    fc.oneof(bytes, fc.array(bytes, { minLength: 2, maxLength: 3 })),
    { maxKeys: 3 },
  ),
  timestamp: fc.integer({ min: 0, max: NOW * 2 }),
});

/** The batch as the broker keeps it: with its place in the partition. */
const at = (batch: Buffer, baseOffset: number): Buffer => {
  const placed = Buffer.from(batch);
  placed.writeBigInt64BE(BigInt(baseOffset), 0);
  return placed;
};

const batchOf = (values: readonly string[], baseOffset: number, producerId = 1): Buffer => {
  const records = values.map((value) => ({ topic: 't', key: null, value: Buffer.from(value) }));
  return at(encodeRecordBatch(records, { ...identity, producerId }, NOW), baseOffset);
};

/** A control batch: its record's key is version 0 and the marker's type. */
const markerOf = (type: 'abort' | 'commit', baseOffset: number, producerId: number): Buffer => {
  const key = Buffer.from([0, 0, 0, type === 'abort' ? 0 : 1]);
  const marker = at(
    encodeRecordBatch([{ topic: 't', key, value: Buffer.alloc(6) }], { ...identity, producerId }, NOW),
    baseOffset,
  );
  marker.writeInt16BE(0x30, 21);
  return marker;
};

const valuesOf = (
  data: Buffer,
  from: number,
  aborted: { producerId: number; firstOffset: number }[] = [],
) => {
  const { records, position } = decodeRecordBatches('t', 0, data, from, aborted);
  return { values: records.map(({ value }) => String(value)), position };
};

describe('varints', () => {
  it('come back, in as many bytes as told, up to 2^53', () => {
    fc.assert(
      fc.property(
        fc.maxSafeInteger().map((n) => Math.trunc(n / 2)),
        (value) => {
          const cursor: Cursor = { buffer: Buffer.alloc(10), offset: 0 };
          writeVarint(cursor, value);
          expect(cursor.offset).toBe(sizeOfVarint(value));
          cursor.offset = 0;
          expect(readVarint(cursor)).toBe(value === 0 ? 0 : value);
        },
      ),
    );
  });
});

describe('a record batch', () => {
  it('holds records byte for byte, in no more bytes than estimated', () => {
    fc.assert(
      fc.property(fc.array(outgoing, { minLength: 1, maxLength: 20 }), (records) => {
        const batch = encodeRecordBatch(records, identity, NOW);
        expect(batch.length).toBeLessThanOrEqual(61 + records.reduce((sum, r) => sum + estimateSize(r), 0));
        const { records: decoded, position } = decodeRecordBatches('t', 0, at(batch, 40), 0, []);
        expect(position).toBe(40 + records.length);
        expect(decoded).toEqual(
          records.map(({ topic, key, value, headers, timestamp }, i) => ({
            topic,
            partition: 0,
            offset: 40 + i,
            timestamp,
            key,
            value,
            headers,
          })),
        );
      }),
    );
  });

  it('gives only records from the wanted offset on, and leaves an incomplete batch for later', () => {
    const data = Buffer.concat([batchOf(['a', 'b', 'c'], 10), batchOf(['d', 'e'], 13)]);
    expect(valuesOf(data, 11)).toEqual({ values: ['b', 'c', 'd', 'e'], position: 15 });
    expect(valuesOf(data.subarray(0, data.length - 1), 11)).toEqual({ values: ['b', 'c'], position: 13 });
    expect(valuesOf(Buffer.alloc(0), 11)).toEqual({ values: [], position: 11 });
  });

  it('moves on over batches that compaction has emptied', () => {
    const emptied = batchOf(['x'], 20).subarray(0, 61);
    emptied.writeInt32BE(61 - 12, 8);
    emptied.writeInt32BE(4, 23);
    emptied.writeInt32BE(0, 57);
    expect(valuesOf(emptied, 20)).toEqual({ values: [], position: 25 });
  });

  it('hides aborted transactions, each to its own marker', () => {
    const data = Buffer.concat([
      batchOf(['of 1, aborted'], 0, 1),
      batchOf(['of 2'], 1, 2),
      markerOf('abort', 2, 1),
      batchOf(['of 1, committed'], 3, 1),
      markerOf('commit', 4, 1),
      markerOf('commit', 5, 2),
    ]);
    const expected = { values: ['of 2', 'of 1, committed'], position: 6 };
    expect(valuesOf(data, 0, [{ producerId: 1, firstOffset: 0 }])).toEqual(expected);
  });

  it('is read when gzip compressed it', () => {
    const plain = batchOf(['a', 'b'], 5);
    const packed = Buffer.concat([plain.subarray(0, 61), gzipSync(plain.subarray(61))]);
    packed.writeInt32BE(packed.length - 12, 8);
    packed.writeInt16BE(0x11, 21);
    expect(valuesOf(packed, 0)).toEqual({ values: ['a', 'b'], position: 7 });
  });
});
