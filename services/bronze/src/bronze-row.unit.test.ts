import { PlatformError } from '@marketing-streams/platform/errors';
import { testRecord } from '@marketing-streams/stream/testing/run-pipeline';
import { describe, expect, it } from 'vitest';
import { bronzeRow } from './bronze-row.ts';

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
