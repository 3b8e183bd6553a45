import { describe, expect, it } from 'vitest';
import { fromDeltaSchema, sameSchema, toDeltaSchema } from './delta-schema.ts';
import { evolveSchema } from './evolve.ts';
import { tableSchemaFromAvro } from './from-avro.ts';
import { column, type TableSchema } from './table-schema.ts';

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
