import fc from 'fast-check';
import { column, type Row, type TableSchema } from '../schema/table-schema.ts';

/** A column of every type, each nullable. */
export const ANY_SCHEMA: TableSchema = [
  column.string('text'),
  column.boolean('flag'),
  column.byte('tiny'),
  column.short('short'),
  column.int('small'),
  column.long('big'),
  column.float('single'),
  column.double('rate'),
  column.decimal('cents', 18, 2),
  column.decimal('huge', 38, 6),
  column.decimal('little', 4, 1),
  column.date('day'),
  column.timestamp('at'),
  column.timestampNtz('local'),
  column.binary('raw'),
  column.list(
    'list',
    { type: 'struct', fields: [column.long('n'), column.list('deep', { type: 'string' })] },
    { containsNull: true },
  ),
  column.struct('struct', [
    column.string('a'),
    column.struct('deep', [column.timestamp('b'), column.decimal('c', 20, 0)]),
  ]),
  column.map('map', { type: 'decimal', precision: 18, scale: 2 }, { valueContainsNull: true }),
  column.map('by_number', { type: 'struct', fields: [column.date('d')] }, { key: { type: 'long' } }),
];

const nullable = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value, { freq: 4 });

const whole = (bits: number): fc.Arbitrary<number> =>
  fc.integer({ min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 });

const exact = (value: bigint): number | bigint =>
  value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;

const digits = (precision: number): fc.Arbitrary<number | bigint> =>
  fc.bigInt({ min: -(10n ** BigInt(precision)) + 1n, max: 10n ** BigInt(precision) - 1n }).map(exact);

const LONG = fc.oneof(
  fc.integer(),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(exact),
  fc.constantFrom(2n ** 63n - 1n, -(2n ** 63n), Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER),
);

/** Dates of the years 0001 to 9999. */
export const ANY_DATE = fc
  .integer({ min: -719_162, max: 2_932_896 })
  .map((day) => new Date(day * 86_400_000).toISOString().slice(0, 10));

/** Timestamps of the years 0001 to 9999, many with microseconds, as rows hold them after a reading. */
export const ANY_TIMESTAMP: fc.Arbitrary<number | bigint> = fc.oneof(
  fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 }),
  fc.integer({ min: -(10 ** 15), max: 10 ** 15 }).map((microseconds) => microseconds / 1000),
  fc.constantFrom(253_402_300_799_999_999n, -62_135_596_800_000, -0.001, 0.999),
);

const FLOATS = [0, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];

/** Rows of `ANY_SCHEMA` as a reading gives them back. `finite` leaves out NaN and infinities. */
export const anyRow = (options: { readonly finite: boolean }): fc.Arbitrary<Row> => {
  const double = options.finite
    ? fc.double({ noNaN: true, noDefaultInfinity: true })
    : fc.oneof(fc.double(), fc.constantFrom(...FLOATS));
  const single = options.finite
    ? fc.float({ noNaN: true, noDefaultInfinity: true })
    : fc.oneof(fc.float(), fc.constantFrom(...FLOATS));
  return fc.record({
    text: nullable(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: 'binary', minLength: 30, maxLength: 70 }),
        fc.constantFrom('', 'a', 'z'.repeat(40), '\u{10ffff}'.repeat(33), '\ufeff'),
      ),
    ),
    flag: nullable(fc.boolean()),
    tiny: nullable(whole(8)),
    short: nullable(whole(16)),
    small: nullable(whole(32)),
    big: nullable(LONG),
    single: nullable(single),
    rate: nullable(double),
    cents: nullable(digits(18)),
    huge: nullable(digits(38)),
    little: nullable(fc.integer({ min: -9999, max: 9999 })),
    day: nullable(ANY_DATE),
    at: nullable(ANY_TIMESTAMP),
    local: nullable(ANY_TIMESTAMP),
    raw: nullable(fc.uint8Array({ maxLength: 9 })),
    list: nullable(
      fc.array(
        nullable(fc.record({ n: nullable(LONG), deep: nullable(fc.array(fc.string(), { maxLength: 3 })) })),
        { maxLength: 4 },
      ),
    ),
    struct: nullable(
      fc.record({
        a: nullable(fc.string()),
        deep: nullable(fc.record({ b: nullable(ANY_TIMESTAMP), c: nullable(digits(20)) })),
      }),
    ),
    map: nullable(
      fc.dictionary(fc.stringMatching(/^[a-z_]{1,3}$/), nullable(fc.integer()), { noNullPrototype: true }),
    ),
    by_number: nullable(
      fc
        .uniqueArray(fc.tuple(LONG, fc.record({ d: nullable(ANY_DATE) })), {
          selector: ([key]) => String(key),
          maxLength: 3,
        })
        .map((entries) => new Map(entries)),
    ),
  });
};
