import { MAX_CENTS } from '@marketing-streams/domain/money';
import { PlatformError } from '@marketing-streams/platform/errors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CustomerGold } from './generated/customer-gold.ts';
import type { PropensityScore } from './generated/propensity-score.ts';
import type { JsonSchema } from './json/schema.ts';
import { createJsonCodec } from './json-codec.ts';
import { MAX_EPOCH_MILLISECONDS } from './time.ts';
import { TOPICS } from './topics.ts';

/** Any value a contract allows, as the codec takes and gives it. */
const arbitraryOf = (schema: JsonSchema): fc.Arbitrary<unknown> => {
  const { type, format, minimum, maximum } = schema as JsonSchema & { minimum?: number; maximum?: number };
  if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map(arbitraryOf));
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (typeof type === 'object')
    return fc.oneof(...type.map((each) => arbitraryOf({ ...schema, type: each })));
  if (type === 'null') return fc.constant(null);
  if (format === 'decimal-18-2') {
    const least = minimum === undefined ? -MAX_CENTS : minimum * 100;
    return fc.integer({ min: least, max: MAX_CENTS });
  }
  if (format === 'timestamp-millis') {
    return fc.integer({ min: -MAX_EPOCH_MILLISECONDS, max: MAX_EPOCH_MILLISECONDS });
  }
  switch (type) {
    case 'boolean':
      return fc.boolean();
    case 'string':
      return fc.string({ unit: 'grapheme' });
    case 'integer':
      return fc.nat({ max: 2 ** 52 - 1 }).map((value) => Math.max(value, minimum ?? 0));
    case 'number':
      // JSON has no negative zero.
      return fc
        .double({ noNaN: true, noDefaultInfinity: true, min: minimum ?? -1e300, max: maximum ?? 1e300 })
        .map((value) => value + 0);
    case 'array':
      return fc.array(arbitraryOf(schema.items!), { maxLength: 4 });
    case 'object': {
      if (schema.properties === undefined) {
        const key = fc.string({ unit: 'grapheme' }).filter((text) => text !== '__proto__');
        return fc.dictionary(key, arbitraryOf(schema.additionalProperties as JsonSchema), {
          maxKeys: 4,
          noNullPrototype: true,
        });
      }
      const fields = Object.entries(schema.properties).map(([name, property]) => [
        name,
        arbitraryOf(property),
      ]);
      return fc.record(Object.fromEntries(fields), { noNullPrototype: true });
    }
    default:
      throw new Error(`no values for ${JSON.stringify(schema)}`);
  }
};

const gold: CustomerGold = {
  customer_id: 'c-1',
  email: 'ada@example.com',
  first_name: 'Ada',
  last_name: null,
  phone: null,
  is_active: true,
  lifecycle_stage: 'customer',
  lifecycle_reason: '1 order that stands',
  order_count: 1,
  lifetime_value: 12_050,
  average_order_value: 12_050,
  first_order_at: 1_767_312_000_000,
  last_order_at: 1_767_312_000_000,
  delivered: 1,
  failed: 0,
  engagement_rate: 1,
  by_channel: { EMAIL: { delivered: 1, failed: 0 } },
  propensity: { score: 0.25, model_version: '1', factors: [], scored_at: 1_767_312_000_000 },
  segments: [],
  version: 3,
  created_at: 1_767_311_000_000,
  as_of: 1_767_312_000_000,
  source_offsets: [{ topic: 'dom.order.placed.v1', partition: 1, offset: 12 }],
  rule_version: 'lifecycle-1',
};

const codec = createJsonCodec<CustomerGold>('dom.customer.gold.v1');

const failure = (work: () => unknown): PlatformError => {
  try {
    work();
  } catch (error) {
    if (error instanceof PlatformError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
};

describe('round trips', () => {
  const contracts = Object.values(TOPICS).filter(({ format }) => format === 'json');
  it.each(contracts.map((contract) => [contract.name, contract] as const))(
    '%s gives back every value it takes',
    (topic, { schema }) => {
      const any = createJsonCodec<unknown>(topic);
      fc.assert(
        fc.property(arbitraryOf(JSON.parse(schema ?? '')), (value) => {
          expect(any.decode(any.encode(value))).toEqual(value);
        }),
      );
    },
  );

  it('write money in currency units with at most two decimals', () => {
    const cents = fc.integer({ min: -MAX_CENTS, max: MAX_CENTS });
    fc.assert(
      fc.property(cents, (lifetime_value) => {
        const text = codec.encode({ ...gold, lifetime_value }).toString();
        const amount = /"lifetime_value":([^,]+),/.exec(text)?.[1] ?? '';
        expect(amount).toMatch(/^-?\d+(\.\d{1,2})?$/);
      }),
    );
    expect(codec.encode(gold).toString()).toContain('"lifetime_value":120.5,');
  });
});

describe('encoding refuses', () => {
  it.each<[string, object, string]>([
    ['a fraction of a cent', { lifetime_value: 0.5 }, 'lifetime_value'],
    ['an amount beyond the limit', { average_order_value: MAX_CENTS + 1 }, 'average_order_value'],
    ['a stage that does not exist', { lifecycle_stage: 'vip' }, 'lifecycle_stage'],
    ['a missing field', { version: undefined }, 'version'],
    ['a number that is none', { engagement_rate: Number.NaN }, 'engagement_rate'],
    ['a rate above 1', { engagement_rate: 1.5 }, 'engagement_rate'],
    ['a score above 1', { propensity: { ...gold.propensity, score: 2 } }, 'propensity.score'],
    ['a channel without counts', { by_channel: { SMS: { delivered: 1 } } }, 'by_channel.SMS.failed'],
    ['a field of its own', { favourite_colour: 'blue' }, 'favourite_colour'],
    ['a time that is text', { as_of: '2026-01-02' }, 'as_of'],
  ])('%s, naming the field', (_, change, field) => {
    const error = failure(() => codec.encode({ ...gold, ...change } as CustomerGold));
    expect(error.code).toBe('VALUE_INVALID');
    expect(error.details.field).toBe(field);
    expect(error.message).toContain(`dom.customer.gold.v1: ${field}`);
  });
});

describe('decoding', () => {
  const text = (change: object): Buffer =>
    Buffer.from(JSON.stringify({ ...JSON.parse(codec.encode(gold).toString()), ...change }));

  it('lets fields of a newer writer through, nested ones too', () => {
    const decoded = codec.decode(
      text({ tier: 'A', by_channel: { EMAIL: { delivered: 1, failed: 0, opened: 1 } } }),
    );
    expect(decoded).toMatchObject({ ...gold, by_channel: { EMAIL: { delivered: 1, failed: 0 } } });
  });

  it('reads decimals with a fixed scale, as ksqlDB writes them', () => {
    const value = codec.encode(gold).toString().replace('"lifetime_value":120.5', '"lifetime_value":120.50');
    expect(codec.decode(Buffer.from(value)).lifetime_value).toBe(12_050);
  });

  it.each<[string, Buffer]>([
    ['half a record', codec.encode(gold).subarray(0, 100)],
    ['nothing', Buffer.alloc(0)],
    ['bytes that are no UTF-8', Buffer.from([0x22, 0xff, 0x22])],
  ])('calls %s undecodable', (_, value) => {
    expect(failure(() => codec.decode(value)).code).toBe('VALUE_UNDECODABLE');
  });

  it.each<[string, Buffer, string]>([
    ['a third decimal', text({ lifetime_value: 1.005 }), 'lifetime_value'],
    ['a null where none may be', text({ is_active: null }), 'is_active'],
    ['a version of nought', text({ version: 0 }), 'version'],
    // JSON writes any number; beyond this a neighbour may have been meant, and states cannot hold it.
    ['a count beyond what a number holds exactly', text({ order_count: 1e300 }), 'order_count'],
    ['a list', Buffer.from('[]'), ''],
  ])('calls %s invalid, naming the field', (_, value, field) => {
    const error = failure(() => codec.decode(value));
    expect(error.code).toBe('VALUE_INVALID');
    expect(error.details.field).toBe(field);
  });
});

it('an unknown topic format is a mistake of the caller', () => {
  expect(failure(() => createJsonCodec<PropensityScore>('dom.order.placed.v1')).code).toBe('INTERNAL');
});
