import type { CustomerGold } from '@marketing-streams/contracts/generated/customer-gold';
import { createJsonCodec } from '@marketing-streams/contracts/json-codec';
import type { KafkaRecord } from '@marketing-streams/contracts/record';
import { PlatformError } from '@marketing-streams/platform/errors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { customerGold } from '../testing/customer-gold.ts';
import { buildBatches } from './build-batch.ts';
import type { ViewBatch } from './view-batch.ts';

const gold = createJsonCodec<CustomerGold>('dom.customer.gold.v1');

const unreadable = {
  decode: (): never => {
    throw new PlatformError('VALUE_UNDECODABLE', 'not Avro');
  },
  prepare: async () => {},
};

const record = (fields: Partial<KafkaRecord> & { readonly offset: number }): KafkaRecord => ({
  topic: 'gold',
  partition: 0,
  timestamp: 0,
  key: Buffer.from('a'),
  value: null,
  headers: {},
  ...fields,
});

const goldRecord = (customer_id: string, version: number, offset: number): KafkaRecord =>
  record({
    key: Buffer.from(customer_id),
    value: gold.encode(customerGold({ customer_id, version })),
    offset,
  });

const build = (
  records: readonly KafkaRecord[],
  positions = new Map<string, number>(),
): { readonly batch: ViewBatch; readonly positions: Map<string, number>; readonly passedOver: number[] } => {
  const passedOver: number[] = [];
  const [batch, ...others] = buildBatches(records, positions, {
    topics: { gold: 'gold', orders: 'orders', activations: 'activations', profiles: 'profiles' },
    codecs: { gold, orders: unreadable, activations: unreadable, profiles: unreadable },
    onUnreadable: ({ offset }) => passedOver.push(offset),
  });
  expect(others).toEqual([]);
  return { batch: batch!, positions, passedOver };
};

const changesOf = ({ batch }: ReturnType<typeof build>) =>
  batch.gold.map(({ customer_id, gold: customer }) => [customer_id, customer?.version ?? 'deleted']);

describe('a batch of the view', () => {
  it('keeps the newest version of everybody, wherever it stands', () => {
    const versions = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 1, max: 50 })), {
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(versions, (sent) => {
        const built = build(sent.map(([id, version], offset) => goldRecord(id, version, offset)));
        const largest = new Map<string, number>();
        for (const [id, version] of sent) largest.set(id, Math.max(version, largest.get(id) ?? 0));
        expect(new Map(changesOf(built) as [string, number][])).toEqual(largest);
      }),
    );
  });

  it('of many changes is one of several, each beginning where the one before ends', () => {
    const positions = new Map<string, number>();
    const ids = Array.from({ length: 2_500 }, (_, number) => `customer-${number}`);
    const newest = ids.map((id, number) => goldRecord(id, 2, 2_500 + number));
    const records = [...ids.map((id, number) => goldRecord(id, 1, number)), ...newest];
    const passedOver: number[] = [];
    const builder = {
      topics: { gold: 'gold', orders: 'orders', activations: 'activations', profiles: 'profiles' },
      codecs: { gold, orders: unreadable, activations: unreadable, profiles: unreadable },
      onUnreadable: ({ offset }: KafkaRecord) => passedOver.push(offset),
    };
    const seen: number[] = [];
    let next = 0;
    for (const batch of buildBatches(records, positions, builder)) {
      const [stretch] = batch.stretches;
      expect(stretch).toMatchObject({ first_offset: next, next_offset: positions.get('position:gold:0') });
      for (const { offset } of batch.gold) expect(offset).toBeLessThan(stretch!.next_offset);
      next = stretch!.next_offset;
      seen.push(batch.gold.length);
    }
    expect(seen).toEqual([1_000, 1_000, 500]);
    expect(next).toBe(5_000);
    expect(passedOver).toEqual([]);
  });

  it('passes over every record of a customer that names no version', () => {
    const strange = (offset: number) => record({ value: Buffer.from('{"a":1}'), offset });
    const built = build([strange(0), goldRecord('a', 3, 1), strange(2), goldRecord('a', 2, 3), strange(4)]);
    expect(built.passedOver.sort()).toEqual([0, 2, 4]);
    expect(changesOf(built)).toEqual([['a', 3]]);
  });

  it('takes what comes after a deletion for a new customer', () => {
    const records = [goldRecord('a', 9, 0), record({ offset: 1 }), goldRecord('a', 1, 2)];
    expect(changesOf(build(records))).toEqual([
      ['a', 'deleted'],
      ['a', 1],
    ]);
    expect(changesOf(build(records.slice(0, 2)))).toEqual([['a', 'deleted']]);
  });

  it('stands for the stretch from where the view was to after its last record', () => {
    const positions = new Map([['position:gold:0', 3]]);
    const { batch } = build([goldRecord('a', 1, 5), goldRecord('b', 1, 8)], positions);
    expect(batch.stretches).toEqual([{ topic: 'gold', partition: 0, first_offset: 3, next_offset: 9 }]);
    expect(positions.get('position:gold:0')).toBe(9);
  });

  it('passes over what cannot be read, and goes on', () => {
    const built = build([
      record({ value: Buffer.from('{broken'), offset: 0 }),
      record({ topic: 'orders', key: Buffer.from('no json'), value: Buffer.from('x'), offset: 0 }),
      record({ topic: 'orders', key: Buffer.from('{"customer_id":"a"}'), value: null, offset: 1 }),
      record({ topic: 'profiles', value: Buffer.from('x'), offset: 2 }),
      record({ key: null, value: Buffer.from('{}'), offset: 3 }),
      goldRecord('b', 1, 4),
      record({ key: Buffer.from('b'), value: Buffer.from('{"no version":1}'), offset: 5 }),
    ]);
    expect(built.passedOver.sort()).toEqual([0, 0, 1, 2, 5]);
    expect(changesOf(built)).toEqual([['b', 1]]);
    expect(built.positions.get('position:gold:0')).toBe(6);
  });

  it('names deleted orders by their key', () => {
    const key = Buffer.from('{"customer_id":"a","order_id":"o1"}');
    expect(build([record({ topic: 'orders', key, offset: 0 })]).batch.history).toEqual([
      { customer_id: 'a', entry_key: 'order:o1', entry: null, stretch: 0, offset: 0 },
    ]);
  });
});
