import { PlatformError } from '@marketing-streams/platform/errors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryOf } from './avro/arbitrary.test-support.ts';
import { parseAvroSchema } from './avro/parse-schema.ts';
import { createAvroCodec } from './avro-codec.ts';
import type { OrderPlaced } from './generated/order-placed.ts';
import { memoryRegistry } from './testing/memory-registry.ts';
import { TOPICS } from './topics.ts';

const order: OrderPlaced = {
  order_id: 'o-1',
  customer_id: 'c-1',
  status: 'CANCELLED',
  total_amount: 12_050,
  currency: 'USD',
  items: [{ sku: 'chair-1', name: 'Blue chair', category: 'furniture', quantity: 2, unit_price: 6_025 }],
  placed_at: Date.UTC(2026, 0, 2),
  updated_at: null,
};

const orderCodec = async () => {
  const memory = memoryRegistry();
  const codec = await createAvroCodec<OrderPlaced>({
    registry: memory,
    topic: 'dom.order.placed.v1',
  });
  /** Bytes another client would write with its own schema. */
  const foreign = (schema: object, value: unknown): Buffer => {
    const text = JSON.stringify(schema);
    const header = Buffer.alloc(5);
    header.writeInt32BE(memory.add(text), 1);
    return Buffer.concat([header, parseAvroSchema(text).toBuffer(value)]);
  };
  return { ...memory, codec, foreign };
};

const failure = (work: () => unknown): PlatformError => {
  try {
    work();
  } catch (error) {
    if (error instanceof PlatformError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
};

type Fields = { name: string; type: unknown; default?: unknown }[];
const schemaOf = (change: (fields: Fields) => Fields): object => {
  const schema = JSON.parse(TOPICS['dom.order.placed.v1'].schema ?? '') as { fields: Fields };
  return { ...schema, fields: change(schema.fields) };
};

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

describe('decoding refuses', () => {
  it('a record cut anywhere', async () => {
    const { codec } = await orderCodec();
    const value = codec.encode(order);
    for (let length = 0; length < value.length; length += 1) {
      const error = failure(() => codec.decode(value.subarray(0, length)));
      expect(error.code, `${length} bytes`).toBe('VALUE_UNDECODABLE');
    }
  });

  it('a record with something left over', async () => {
    const { codec } = await orderCodec();
    const error = failure(() => codec.decode(Buffer.concat([codec.encode(order), Buffer.from([0, 0])])));
    expect(error.code).toBe('VALUE_UNDECODABLE');
    expect(error.message).toContain('2 bytes are left over');
  });

  it('values that are not framed, saying so', async () => {
    const { codec } = await orderCodec();
    const error = failure(() => codec.decode(Buffer.from('{"order_id":"o-1"}')));
    expect(error.code).toBe('VALUE_UNDECODABLE');
    expect(error.message).toContain('byte 0x7b instead of the Confluent magic byte');
  });

  it('names the field where a record breaks off', async () => {
    const { codec } = await orderCodec();
    const value = codec.encode({ ...order, items: [] });
    const error = failure(() => codec.decode(value.subarray(0, value.length - 3)));
    expect(error.details.field).toBe('placed_at');
  });

  it('a list of impossible length at once, without making room for it', async () => {
    const { codec, foreign } = await orderCodec();
    const withoutItems = codec.encode({ ...order, items: [] });
    const tail = foreign(
      { type: 'record', name: 'Tail', fields: [{ name: 'n', type: 'long' }] },
      { n: 2 ** 40 },
    );
    const upToItems = withoutItems.length - 1 - 6 - 1;
    const error = failure(() =>
      codec.decode(Buffer.concat([withoutItems.subarray(0, upToItems), tail.subarray(5)])),
    );
    expect(error.code).toBe('VALUE_UNDECODABLE');
    expect(error.message).toContain('field items: 1099511627776 items announced');
  });

  it('an amount beyond the limit, as a value that is not valid', async () => {
    const { codec, foreign } = await orderCodec();
    const plain = schemaOf((fields) =>
      fields.map((field) => (field.name === 'total_amount' ? { ...field, type: 'bytes' } : field)),
    );
    const bytes = foreign(plain, { ...order, total_amount: Buffer.alloc(9, 0x7f) });
    bytes.writeInt32BE(1, 1);
    const error = failure(() => codec.decode(bytes));
    expect(error.code).toBe('VALUE_INVALID');
    expect(error.details.field).toBe('total_amount');
  });

  it('any bytes with a PlatformError and nothing else', async () => {
    const { codec } = await orderCodec();
    const header = Buffer.from([0, 0, 0, 0, 1]);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          codec.encode(codec.decode(Buffer.concat([header, bytes])));
        } catch (error) {
          expect(error).toBeInstanceOf(PlatformError);
          expect((error as PlatformError).code).toMatch(/^VALUE_(UNDECODABLE|INVALID)$/);
        }
      }),
      { numRuns: 5_000 },
    );
  });
});

describe('a writer with another version of the schema', () => {
  it('from before a field existed is read with its default', async () => {
    const { codec, foreign } = await orderCodec();
    const older = schemaOf((fields) =>
      fields.filter(({ name }) => name !== 'status' && name !== 'updated_at'),
    );
    const value = foreign(older, order);
    await codec.prepare([{ value }]);
    expect(codec.decode(value)).toEqual({ ...order, status: 'PLACED', updated_at: null });
  });

  it('that is ahead is read without its new field', async () => {
    const { codec, foreign } = await orderCodec();
    const newer = schemaOf((fields) => [{ name: 'coupon', type: 'string' }, ...fields]);
    const value = foreign(newer, { ...order, coupon: 'SPRING' });
    await codec.prepare([{ value }]);
    expect(codec.decode(value)).toEqual(order);
  });

  it('whose records break off is told which field', async () => {
    const { codec, foreign } = await orderCodec();
    const newer = schemaOf((fields) => [...fields, { name: 'coupon', type: 'string' }]);
    const value = foreign(newer, { ...order, coupon: 'SPRING' });
    await codec.prepare([{ value }]);
    const error = failure(() => codec.decode(value.subarray(0, value.length - 2)));
    expect(error.code).toBe('VALUE_UNDECODABLE');
    expect(error.details.field).toBe('coupon');
  });

  const changed = (field: string, type: unknown) =>
    schemaOf((fields) => fields.map((each) => (each.name === field ? { name: field, type } : each)));

  it.each<[string, object, object]>([
    ['another type', changed('order_id', 'long'), { ...order, order_id: 7 }],
    [
      'another scale',
      changed('total_amount', { type: 'bytes', logicalType: 'decimal', precision: 18, scale: 4 }),
      order,
    ],
    [
      'plain bytes for an amount',
      changed('total_amount', 'bytes'),
      { ...order, total_amount: Buffer.from([1]) },
    ],
    ['another unit of time', changed('placed_at', { type: 'long', logicalType: 'timestamp-micros' }), order],
    [
      'a field that is missing',
      schemaOf((fields) => fields.filter(({ name }) => name !== 'currency')),
      order,
    ],
    ['another record', { type: 'record', name: 'Parcel', fields: [] }, {}],
  ])('that cannot be resolved (%s) is SCHEMA_INCOMPATIBLE', async (_, schema, written) => {
    const { codec, foreign } = await orderCodec();
    const value = foreign(schema, written);
    await codec.prepare([{ value }]);
    const error = failure(() => codec.decode(value));
    expect(error.code).toBe('SCHEMA_INCOMPATIBLE');
    expect(error.message).toContain('schema 2 cannot be read');
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
