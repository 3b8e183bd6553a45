import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryOf } from './avro/arbitrary.test-support.ts';
import { parseAvroSchema } from './avro/parse-schema.ts';
import { createAvroCodec } from './avro-codec.ts';
import type { OrderPlaced } from './generated/order-placed.ts';
import { memoryRegistry } from './testing/memory-registry.ts';
import { failure, order, orderCodec, schemaOf } from './testing/order-codec.ts';
import { TOPICS } from './topics.ts';

describe('round trips', () => {
  const contracts = Object.values(TOPICS).filter(({ format }) => format === 'avro');
  it.each(contracts.map((contract) => [contract.name, contract] as const))(
    '%s gives back every value it takes',
    async (topic, { schema }) => {
      const registry = memoryRegistry();
      const codec = await createAvroCodec<unknown>({ registry, topic });
      fc.assert(
        fc.property(arbitraryOf(JSON.parse(schema ?? '')), (value) => {
          expect(codec.decode(codec.encode(value))).toEqual(value);
        }),
      );
    },
  );
});

describe('the wire format', () => {
  it('is a zero byte, the schema id, the Avro bytes', async () => {
    const { codec } = await orderCodec();
    const value = codec.encode(order);
    expect(value.subarray(0, 5).toString('hex')).toBe('0000000001');
    expect(codec.schemaIdOf(value)).toBe(1);
    expect(parseAvroSchema(TOPICS['dom.order.placed.v1'].schema ?? '').fromBuffer(value.subarray(5))).toEqual(
      order,
    );
  });

  it('leaves what was encoded before alone, however much comes after', async () => {
    const { codec } = await orderCodec();
    const orders = Array.from({ length: 3_000 }, (_, index) => ({ ...order, order_id: `o-${index}` }));
    const values = orders.map((each) => codec.encode(each));
    expect(values.map((value) => codec.decode(value))).toEqual(orders);
  });

  it('takes a value larger than any buffer it had', async () => {
    const { codec } = await orderCodec();
    const large = { ...order, currency: 'é'.repeat(200_000) };
    codec.encode(order);
    expect(codec.decode(codec.encode(large))).toEqual(large);
    expect(codec.decode(codec.encode(order))).toEqual(order);
  });

  it('gives plain objects', async () => {
    const { codec } = await orderCodec();
    const decoded = codec.decode(codec.encode(order));
    expect(Object.getPrototypeOf(decoded)).toBe(Object.prototype);
    expect(Object.getPrototypeOf(decoded.items[0])).toBe(Object.prototype);
  });
});

describe('encoding refuses', () => {
  it.each<[string, unknown, string]>([
    ['a status that does not exist', { ...order, status: 'LOST' }, 'status'],
    ['a fraction of a cent', { ...order, total_amount: 0.5 }, 'total_amount'],
    ['an amount that is not a number', { ...order, total_amount: '12.50' }, 'total_amount'],
    ['an amount out of range', { ...order, total_amount: 1e15 + 1 }, 'total_amount'],
    ['a time no calendar has', { ...order, updated_at: 2 ** 52 }, 'updated_at'],
    ['a missing field', { ...order, customer_id: undefined }, 'customer_id'],
    [
      'a bad field of an item',
      { ...order, items: [order.items[0], { ...order.items[0], quantity: 1.5 }] },
      'items.1.quantity',
    ],
  ])('%s, naming the field', async (_, value, field) => {
    const { codec } = await orderCodec();
    const error = failure(() => codec.encode(value as OrderPlaced));
    expect(error.code).toBe('VALUE_INVALID');
    expect(error.details.field).toBe(field);
    expect(error.message).toContain(`dom.order.placed.v1: ${field} = `);
  });

  it('nothing after a failure: the next value is whole', async () => {
    const { codec } = await orderCodec();
    failure(() => codec.encode({ ...order, currency: 7 } as never));
    expect(codec.decode(codec.encode(order))).toEqual(order);
  });
});

describe('prepare', () => {
  const framed = (id: number): { value: Buffer } => {
    const value = Buffer.alloc(5);
    value.writeInt32BE(id, 1);
    return { value };
  };

  it('asks for each new id once and for known ones never', async () => {
    const { codec, lookups } = await orderCodec();
    const batch = [
      framed(77),
      framed(1),
      framed(78),
      framed(77),
      { value: null },
      { value: Buffer.from('x') },
    ];
    await codec.prepare(batch);
    await codec.prepare(batch);
    expect(lookups).toEqual([77, 78]);
  });

  it('leaves an unknown id to decode, which names it', async () => {
    const { codec } = await orderCodec();
    await codec.prepare([framed(77)]);
    const error = failure(() => codec.decode(framed(77).value));
    expect(error.code).toBe('SCHEMA_UNKNOWN');
    expect(error.message).toContain('id 77');
  });

  it('passes an outage on, and works again after it', async () => {
    const { codec, state, foreign } = await orderCodec();
    const value = foreign(
      schemaOf((fields) => [...fields, { name: 'coupon', type: ['null', 'string'], default: null }]),
      order,
    );
    state.away = true;
    await expect(codec.prepare([{ value }])).rejects.toMatchObject({
      code: 'REGISTRY_UNAVAILABLE',
      retriable: true,
    });
    state.away = false;
    await codec.prepare([{ value }]);
    expect(codec.decode(value)).toEqual(order);
  });

  it('has to come first: a forgotten one must not make dead letters', async () => {
    const { codec } = await orderCodec();
    expect(failure(() => codec.decode(framed(77).value)).code).toBe('INTERNAL');
  });
});
