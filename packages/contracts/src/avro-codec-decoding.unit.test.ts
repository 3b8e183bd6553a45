import { PlatformError } from '@marketing-streams/platform/errors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { failure, order, orderCodec, schemaOf } from './testing/order-codec.ts';

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
