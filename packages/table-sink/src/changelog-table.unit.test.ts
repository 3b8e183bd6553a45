import { createAvroCodec } from '@marketing-streams/contracts/avro-codec';
import type { SilverOrder } from '@marketing-streams/contracts/generated/silver-order';
import type { KafkaRecord } from '@marketing-streams/contracts/record';
import { memoryRegistry } from '@marketing-streams/contracts/testing/memory-registry';
import { column } from '@marketing-streams/lakehouse/schema/table-schema';
import type { PlatformError } from '@marketing-streams/platform/errors';
import { testRecord } from '@marketing-streams/stream/testing/run-pipeline';
import { describe, expect, it } from 'vitest';
import { avroChangelogTable, jsonChangelogTable } from './changelog-table.ts';
import type { TableDeclaration } from './table-declaration.ts';

const ORDERS = 'silver.orders.v1';
const orders = avroChangelogTable({ layer: 'silver', table: 'orders', topic: ORDERS });
const scores = jsonChangelogTable({ layer: 'gold', table: 'propensity', topic: 'dom.propensity.score.v1' }, [
  column.string('customer_id', { nullable: false }),
]);

const order: SilverOrder = {
  order_id: 'o-1',
  customer_id: 'c-1',
  status: 'PLACED',
  total_amount: 100,
  currency: 'USD',
  items: [],
  placed_at: Date.UTC(2026, 0, 2),
  updated_at: Date.UTC(2026, 0, 2),
  source_offsets: [{ topic: 'dom.order.placed.v1', partition: 0, offset: 1 }],
};
const orderKey = Buffer.from('{"customer_id":"c-1","order_id":"o-1"}');

const open = async (table: TableDeclaration) => {
  const registry = memoryRegistry();
  const codec = await createAvroCodec<SilverOrder>({ registry, topic: ORDERS });
  const skipped: (readonly [number, string])[] = [];
  const tell = ({ offset }: KafkaRecord, { code }: PlatformError) => void skipped.push([offset, code]);
  const { prepare, toChange } = await table.conversion(registry, tell);
  const changes = async (records: readonly KafkaRecord[]) => {
    await prepare?.(records);
    return records.map(toChange);
  };
  return { codec, changes, unprepared: toChange, skipped };
};

describe('a changelog table', () => {
  it('takes rows, and takes them away by the fields of their key', async () => {
    const { codec, changes, skipped } = await open(orders);
    const value = codec.encode(order);
    expect(
      await changes([testRecord({ key: orderKey, value }), testRecord({ key: orderKey, value: null })]),
    ).toEqual([
      { kind: 'row', row: order },
      { kind: 'delete', key: { customer_id: 'c-1', order_id: 'o-1' } },
    ]);
    expect(skipped).toEqual([]);
  });

  it('takes a row away by a key with a moment in it', async () => {
    const table = avroChangelogTable({
      layer: 'gold',
      table: 'campaign_performance',
      topic: 'gold.campaign_performance.v1',
    });
    const { changes, skipped } = await open(table);
    const key = { campaign: 'a', channel: 'b', window: '1m', window_start: Date.UTC(2026, 0, 2) };
    expect(await changes([testRecord({ key: JSON.stringify(key), value: null })])).toEqual([
      { kind: 'delete', key },
    ]);
    await changes([testRecord({ key: JSON.stringify({ ...key, window_start: 1.5 }), value: null })]);
    expect(skipped).toEqual([[0, 'VALUE_INVALID']]);
  });

  it('is not stopped for ever by one record that cannot be decoded', async () => {
    const { codec, changes, skipped } = await open(orders);
    const value = codec.encode(order);
    const foreignId = Buffer.from(value);
    foreignId.writeInt32BE(4711, 1);
    const records = [Buffer.from('not Avro'), value.subarray(0, 20), foreignId, value].map((bytes, offset) =>
      testRecord({ offset, key: orderKey, value: bytes }),
    );
    expect((await changes(records)).map(({ kind }) => kind)).toEqual(['skip', 'skip', 'skip', 'row']);
    expect(skipped).toEqual([
      [0, 'VALUE_UNDECODABLE'],
      [1, 'VALUE_UNDECODABLE'],
      [2, 'SCHEMA_UNKNOWN'],
    ]);
  });

  it.each([
    ['no key', null, 'KEY_MISSING'],
    ['a key that is not JSON', 'o-1', 'VALUE_INVALID'],
    ['a key that is null', 'null', 'VALUE_INVALID'],
    ['a key without one of the fields', '{"customer_id":"c-1"}', 'VALUE_INVALID'],
  ])('is not stopped for ever by a tombstone with %s', async (_what, key, code) => {
    const { changes, skipped } = await open(orders);
    expect(await changes([testRecord({ offset: 7, key, value: null })])).toEqual([{ kind: 'skip' }]);
    expect(skipped).toEqual([[7, code]]);
  });

  it('is not stopped for ever by JSON that its contract does not allow', async () => {
    const { changes, skipped } = await open(scores);
    const records = ['{', '{"score":"high"}'].map((text, offset) =>
      testRecord({ offset, key: 'c-1', value: Buffer.from(text) }),
    );
    expect(await changes(records)).toEqual([{ kind: 'skip' }, { kind: 'skip' }]);
    expect(skipped).toEqual([
      [0, 'VALUE_UNDECODABLE'],
      [1, 'VALUE_INVALID'],
    ]);
  });

  it('does not take an error that is not of the record for a bad record', async () => {
    const { codec, unprepared, skipped } = await open(orders);
    const value = codec.encode(order);
    value.writeInt32BE(4711, 1);
    expect(() => unprepared(testRecord({ key: orderKey, value }))).toThrow(
      expect.objectContaining({ code: 'INTERNAL' }),
    );
    expect(skipped).toEqual([]);
  });
});
