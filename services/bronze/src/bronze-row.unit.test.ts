import { writeParquet } from '@marketing-streams/lakehouse/parquet/write-parquet';
import { PlatformError } from '@marketing-streams/platform/errors';
import { testRecord } from '@marketing-streams/stream/testing/run-pipeline';
import { describe, expect, it } from 'vitest';
import { bronzeRow } from './bronze-row.ts';
import { tables } from './tables.ts';

const [{ schema: BRONZE_COLUMNS }] = tables as [(typeof tables)[number]];

const record = testRecord({
  topic: 'dom.order.placed.v1',
  partition: 3,
  offset: 42,
  key: 'c1',
  value: Buffer.from([0, 0, 0, 0, 7, 1]),
  headers: { trace: Buffer.from('a'), twice: [Buffer.from('b'), Buffer.from([255])], gone: undefined },
});

describe('bronzeRow', () => {
  it('keeps key, value, headers and place byte for byte', () => {
    const row = bronzeRow(
      record,
      () => 7,
      () => '{}',
      1000,
    );
    expect(row).toEqual({
      key: Buffer.from('c1'),
      value: record.value,
      headers: [
        { name: 'trace', value: Buffer.from('a') },
        { name: 'twice', value: Buffer.from('b') },
        { name: 'twice', value: Buffer.from([255]) },
      ],
      topic: 'dom.order.placed.v1',
      partition: 3,
      offset: 42,
      timestamp: record.timestamp,
      schema_id: 7,
      decoded: '{}',
      ingested_at: 1000,
    });
  });

  it('keeps a record that cannot be decoded', () => {
    const undecodable = () => {
      throw new PlatformError('VALUE_UNDECODABLE', 'truncated');
    };
    expect(bronzeRow(record, () => 7, undecodable, 1000).decoded).toBeNull();
  });

  it.each([
    ['the smallest 64-bit number', -(2 ** 63), '0001-01-01T00:00:00.000Z'],
    ['the first moment of year 1', -62_135_596_800_000, '0001-01-01T00:00:00.000Z'],
    ['no timestamp (-1)', -1, '1969-12-31T23:59:59.999Z'],
    ['microseconds', 1.795e15, '9999-12-31T23:59:59.999Z'],
    ['the largest 64-bit number', 2 ** 63, '9999-12-31T23:59:59.999Z'],
  ])('keeps a record whose timestamp is %s, which stopped the table for ever', (_what, timestamp, kept) => {
    const row = bronzeRow(
      testRecord({ timestamp }),
      () => null,
      () => null,
      1000,
    );
    expect(new Date(row.timestamp).toISOString()).toBe(kept);
    expect(JSON.parse(writeParquet(BRONZE_COLUMNS, [row]).stats)).toMatchObject({
      numRecords: 1,
      maxValues: { timestamp: kept },
    });
  });

  it('does not swallow an outage', () => {
    const outage = () => {
      throw new PlatformError('REGISTRY_UNAVAILABLE', 'away');
    };
    expect(() => bronzeRow(record, () => 7, outage, 1000)).toThrow('away');
  });

  it('keeps tombstones and null keys', () => {
    const row = bronzeRow(
      testRecord({ key: null, value: null }),
      () => 7,
      () => null,
      1000,
    );
    expect([row.key, row.value, row.schema_id, row.decoded]).toEqual([null, null, null, null]);
  });
});
