import { describe, expect, it } from 'vitest';
import { evolveDeltaSchema, fromDeltaSchema, sameSchema, toDeltaSchema } from './delta-schema.ts';
import { evolveSchema } from './evolve.ts';
import { tableSchemaFromAvro } from './from-avro.ts';
import { requiredFeatures, withFeatures } from './required-features.ts';
import { type Column, column, type TableSchema } from './table-schema.ts';

const SCHEMA: TableSchema = [
  column.string('id', { nullable: false }),
  column.boolean('active'),
  column.int('count'),
  column.long('offset'),
  column.double('rate'),
  column.decimal('amount', 18, 2),
  column.date('day'),
  column.timestamp('at'),
  column.binary('raw'),
  column.list('items', { type: 'struct', fields: [column.string('sku')] }),
  column.map('by_channel', { type: 'long' }),
  column.byte('tiny'),
  column.short('short'),
  column.float('single'),
  column.timestampNtz('local'),
  column.map('by_day', { type: 'int' }, { key: { type: 'date' } }),
  { name: 'nothing', nullable: true, type: 'void' },
];

describe('the schema in the log', () => {
  it('reads back as it was', () => {
    expect(fromDeltaSchema(toDeltaSchema(SCHEMA))).toEqual(SCHEMA);
    expect(sameSchema(fromDeltaSchema(toDeltaSchema(SCHEMA)), SCHEMA)).toBe(true);
  });

  it('spells types as the protocol does', () => {
    expect(
      JSON.parse(toDeltaSchema([column.int('n', { nullable: false }), column.map('m', { type: 'binary' })])),
    ).toEqual({
      type: 'struct',
      fields: [
        { name: 'n', type: 'integer', nullable: false, metadata: {} },
        {
          name: 'm',
          type: { type: 'map', keyType: 'string', valueType: 'binary', valueContainsNull: false },
          nullable: true,
          metadata: {},
        },
      ],
    });
  });

  it.each([
    { type: 'variant', metadata: {}, why: 'type variant' },
    { type: 'string', metadata: { 'delta.invariants': '{"expression":{}}' }, why: 'delta.invariants' },
    { type: 'long', metadata: { 'delta.generationExpression': 'a + 1' }, why: 'delta.generationExpression' },
    { type: 'long', metadata: { CURRENT_DEFAULT: '1' }, why: 'CURRENT_DEFAULT' },
  ])('refuses $why and names the column', ({ type, metadata, why }) => {
    const schema = JSON.stringify({
      type: 'struct',
      fields: [{ name: 'odd', type, nullable: true, metadata }],
    });
    expect(() => fromDeltaSchema(schema)).toThrow(
      expect.objectContaining({
        code: 'DELTA_UNSUPPORTED',
        message: expect.stringMatching(`odd has ${why}`),
      }),
    );
  });

  it('takes comments for what they are', () => {
    const fields = [{ name: 'a', type: 'string', nullable: true, metadata: { comment: 'for people' } }];
    expect(fromDeltaSchema(JSON.stringify({ type: 'struct', fields }))).toEqual([column.string('a')]);
  });
});

describe('evolveSchema', () => {
  const existing = [column.string('id', { nullable: false }), column.long('count')];

  it('adds nullable columns behind the existing ones', () => {
    const wanted = [column.string('email'), ...existing];
    expect(evolveSchema('t', existing, wanted)).toEqual([...existing, column.string('email')]);
  });

  it('keeps columns only the table has, if they may be null', () => {
    expect(evolveSchema('t', existing, [existing[0]!])).toEqual(existing);
    expect(() => evolveSchema('t', existing, [existing[1]!])).toThrow(/column id .*must not be null/);
  });

  it('adds fields of structs at any depth, and keeps what only the table has there', () => {
    const nested = (...fields: readonly Column[]): TableSchema => [
      column.struct('s', fields),
      column.list('l', { type: 'struct', fields }),
      column.map('m', { type: 'struct', fields: [column.struct('deep', fields)] }),
    ];
    const [a, b, c] = [column.int('a'), column.string('b'), column.date('c')];
    expect(evolveSchema('t', nested(a, b), nested(c, a))).toEqual(nested(a, b, c));
    expect(() => evolveSchema('t', nested(a), nested(column.long('a')))).toThrow(/column s\.a is .*integer/);
    expect(() => evolveSchema('t', nested(a), nested(a, column.int('n', { nullable: false })))).toThrow(
      /column s\.n is new and must be nullable/,
    );
  });

  it('leaves in the log what it does not know', () => {
    const field = (name: string, type: unknown, metadata: object = {}) => ({
      ...{ name, type, nullable: true, metadata },
    });
    const struct = (...fields: readonly object[]) => ({ type: 'struct', fields });
    const before = struct(
      field('a', 'integer', { comment: 'for people' }),
      field('s', struct(field('x', 'long', { 'delta.typeChanges': [] }))),
    );
    const evolved = evolveSchema('t', fromDeltaSchema(JSON.stringify(before)), [
      column.struct('s', [column.string('y')]),
      column.date('b'),
    ]);
    expect(JSON.parse(evolveDeltaSchema(JSON.stringify(before), evolved))).toEqual(
      struct(
        field('a', 'integer', { comment: 'for people' }),
        field('s', struct(field('x', 'long', { 'delta.typeChanges': [] }), field('y', 'string'))),
        field('b', 'date'),
      ),
    );
  });

  it.each([
    [
      [column.string('id', { nullable: false }), column.int('count')],
      /column count is .*long.* and .*integer/,
    ],
    [[...existing, column.string('email', { nullable: false })], /column email is new and must be nullable/],
  ])('refuses %j', (wanted, message) => {
    expect(() => evolveSchema('t', existing, wanted)).toThrow(
      expect.objectContaining({ code: 'DELTA_SCHEMA_MISMATCH', message: expect.stringMatching(message) }),
    );
  });
});

describe('withFeatures', () => {
  it('asks for what the types need, at any depth', () => {
    const schema = [column.list('l', { type: 'struct', fields: [column.timestampNtz('n')] })];
    expect(requiredFeatures(SCHEMA.slice(0, 5))).toEqual([]);
    const protocol = withFeatures({ minReaderVersion: 1, minWriterVersion: 2 }, requiredFeatures(schema));
    expect(protocol).toEqual({
      ...{ minReaderVersion: 3, minWriterVersion: 7, readerFeatures: ['timestampNtz'] },
      writerFeatures: ['appendOnly', 'invariants', 'timestampNtz'],
    });
    expect(withFeatures(protocol, requiredFeatures(schema))).toBe(protocol);
    expect(() => withFeatures({ minReaderVersion: 1, minWriterVersion: 4 }, ['timestampNtz'])).toThrow(
      expect.objectContaining({ code: 'DELTA_UNSUPPORTED' }),
    );
  });
});

describe('tableSchemaFromAvro', () => {
  const avro = (fields: readonly object[]): string => JSON.stringify({ type: 'record', name: 'Row', fields });

  it('gives every kind of field its column type', () => {
    const line = { type: 'record', name: 'Line', fields: [{ name: 'sku', type: 'string' }] };
    const decimal = { type: 'bytes', logicalType: 'decimal', precision: 18, scale: 2 };
    const schema = tableSchemaFromAvro(
      avro([
        { name: 'id', type: 'string' },
        { name: 'status', type: { type: 'enum', name: 'Status', symbols: ['A'] } },
        { name: 'amount', type: decimal },
        { name: 'at', type: ['null', { type: 'long', logicalType: 'timestamp-millis' }] },
        { name: 'lines', type: { type: 'array', items: line } },
        { name: 'first', type: ['null', 'Line'] },
        { name: 'counts', type: { type: 'map', values: ['null', 'long'] } },
        { name: 'raw', type: 'bytes' },
      ]),
      { notNull: ['id'] },
    );
    const sku = column.string('sku');
    expect(schema).toEqual([
      column.string('id', { nullable: false }),
      column.string('status'),
      column.decimal('amount', 18, 2),
      column.timestamp('at'),
      column.list('lines', { type: 'struct', fields: [sku] }),
      column.struct('first', [sku]),
      column.map('counts', { type: 'long' }, { valueContainsNull: true }),
      column.binary('raw'),
    ]);
  });

  it('names a field whose union has no column type', () => {
    expect(() => tableSchemaFromAvro(avro([{ name: 'odd', type: ['string', 'long'] }]))).toThrow(
      expect.objectContaining({ code: 'DELTA_UNSUPPORTED', message: expect.stringContaining('field odd') }),
    );
  });
});
