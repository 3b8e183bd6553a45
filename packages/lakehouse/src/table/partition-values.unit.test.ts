import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Column, column, type Row } from '../schema/table-schema.ts';
import { ANY_SCHEMA, anyRow } from '../testing/any-rows.ts';
import { rowsById, type TemporaryTables, temporaryTables } from '../testing/temporary-tables.ts';
import { partitionFolder, partitionRow, partitionValuesOf } from './partition-values.ts';

const PARTITIONABLE = ANY_SCHEMA.filter(
  (candidate) => !['binary', 'list', 'struct', 'map'].includes(candidate.type),
);

const asPartition = (value: unknown): unknown =>
  typeof value === 'string' ? value.toWellFormed() || null : value;

describe('partition values', () => {
  it('read back as they were, whatever their type; an empty string is null', () => {
    fc.assert(
      fc.property(anyRow({ finite: false }), (row) => {
        const values = partitionValuesOf(PARTITIONABLE, row);
        const read = partitionRow(PARTITIONABLE, JSON.parse(JSON.stringify(values)));
        for (const { name } of PARTITIONABLE) {
          const expected = asPartition(row[name]);
          // Zero has no sign in a text.
          expect(read[name]).toEqual(Object.is(expected, -0) ? 0 : expected);
        }
      }),
    );
  });

  it.each<[Column, unknown, string]>([
    [column.timestamp('c'), 1_709_210_096_123.456, '2024-02-29T12:34:56.123456Z'],
    [column.timestamp('c'), -0.001, '1969-12-31T23:59:59.999999Z'],
    [column.timestampNtz('c'), 0, '1970-01-01 00:00:00.000000'],
    [column.decimal('c', 20, 4), -5, '-0.0005'],
    [column.boolean('c'), false, 'false'],
    [column.double('c'), Number.NEGATIVE_INFINITY, '-Infinity'],
    [column.long('c'), 9_007_199_254_740_993n, '9007199254740993'],
    [column.float('c'), 0.5, '0.5'],
  ])('are spelled as the protocol does: %o %s', (partition, value, text) => {
    expect(partitionValuesOf([partition], { c: value })).toEqual({ c: text });
  });

  it.each<[Column, string, unknown]>([
    [column.timestamp('c'), '2024-02-29 12:34:56', 1_709_210_096_000],
    [column.timestamp('c'), '2024-02-29 12:34:56.1', 1_709_210_096_100],
    [column.timestamp('c'), '2024-02-29T13:34:56.123456+01:00', 1_709_210_096_123.456],
    [column.decimal('c', 38, 10), '0E-10', 0],
    [column.decimal('c', 20, 4), '12.5', 125_000],
    [column.decimal('c', 20, 0), '1E+3', 1000],
    [column.boolean('c'), 'True', true],
  ])('are understood as others spell them: %o %s', (partition, text, value) => {
    expect(partitionRow([partition], { c: text })).toEqual({ c: value });
  });

  it('that are none are named', () => {
    expect(() => partitionRow([column.timestamp('c')], { c: 'yesterday' })).toThrow(
      expect.objectContaining({ code: 'DELTA_CORRUPT', message: expect.stringContaining('"yesterday"') }),
    );
  });

  it.each<[Column, unknown, string]>([
    [column.date('c'), '2024-02-30', 'column c takes a date'],
    [column.int('c'), 1.5, 'column c takes a whole number of 32 bits'],
    [column.string('c'), 5, 'column c takes a string'],
    [column.string('c', { nullable: false }), '', 'column c must not be null, which an empty string is'],
    [column.int('c', { nullable: false }), undefined, 'column c must not be null'],
    [column.timestamp('c'), 8.64e15, 'column c takes a moment of the years 0001 to 9999'],
  ])('that do not fit are refused: %o %s', (partition, value, message) => {
    expect(() => partitionValuesOf([partition], { c: value })).toThrow(
      expect.objectContaining({ code: 'DELTA_SCHEMA_MISMATCH', message: expect.stringContaining(message) }),
    );
  });

  it('have folders that every file system takes', () => {
    expect(partitionFolder({ day: '2024-01-01', region: 'ü/1%', none: null })).toBe(
      'day=2024-01-01/region=%C3%BC%2F1%25/none=__HIVE_DEFAULT_PARTITION__/',
    );
    expect(partitionFolder({ long: 'ü'.repeat(500) }).length).toBeLessThan(200);
  });
});

describe('a partitioned table', () => {
  let tables: TemporaryTables;

  beforeEach(async () => {
    tables = await temporaryTables();
  });

  afterEach(() => tables.remove());

  it('holds rows of every partition, also of those that share a folder', async () => {
    const table = await tables.openAppend({
      schema: [column.string('id', { nullable: false }), column.string('text'), column.timestamp('at')],
      partitionColumns: ['text', 'at'],
    });
    const texts = [null, '../../up', 'a=b/c d%20ü#?+&"', `${'x'.repeat(300)}1`, `${'x'.repeat(300)}2`];
    const rows: Row[] = texts.map((text, number) => ({ id: `${number}`, text, at: number + 0.001 }));
    await table.append([...rows, { id: '9', text: '', at: 0.001 }]);
    expect(await rowsById(table)).toEqual([...rows, { id: '9', text: null, at: 0.001 }]);
    expect(table.files()).toHaveLength(5);
    expect((await tables.filesIn('.')).filter((name) => name !== 'index')).toEqual(['table']);
  });
});
