import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Column, Row } from '../schema/table-schema.ts';
import { anyRow, ANY_SCHEMA as SCHEMA } from '../testing/any-rows.ts';
import { microsecondsOf } from './calendar.ts';
import { writeParquet } from './write-parquet.ts';

type Tree = { readonly [name: string]: Tree | string };

/** Statistics with every number as the text that stands for it. */
const parse = (stats: string): Readonly<Record<'minValues' | 'maxValues' | 'nullCount', Tree>> =>
  JSON.parse(stats, ((_key: string, value: unknown, context: { readonly source?: string }) =>
    typeof value === 'number' ? context.source : value) as Parameters<typeof JSON.parse>[1]);

const unscaled = (text: string, scale: number): bigint => {
  const [whole = '', fraction = ''] = text.split('.');
  return BigInt(whole + fraction.padEnd(scale, '0'));
};

/** A bound or a value as something that can be compared with others of its column. */
const comparable = (type: Column, value: unknown, isBound: boolean): bigint | number | string => {
  switch (type.type) {
    case 'string':
      return Buffer.from(value as string).toString('hex');
    case 'decimal':
      return isBound ? unscaled(value as string, type.scale) : BigInt(value as number | bigint);
    case 'timestamp':
    case 'timestampNtz': {
      if (!isBound) return BigInt(microsecondsOf(value)!);
      expect(value as string).toMatch(type.type === 'timestamp' ? /Z$/ : /\.\d{3}$/);
      return BigInt(Date.parse(`${(value as string).replace('Z', '')}Z`)) * 1000n;
    }
    case 'date':
      return value as string;
    case 'float':
    case 'double':
      return Number(value);
    default:
      return BigInt(value as string | number | bigint);
  }
};

/** Every leaf column outside lists and maps with its values in all rows. */
const leaves = function* (
  columns: readonly Column[],
  rows: readonly (Row | null)[],
  path: readonly string[] = [],
): Generator<{
  readonly path: readonly string[];
  readonly type: Column;
  readonly values: readonly unknown[];
}> {
  for (const type of columns) {
    const values = rows.map((row) => row?.[type.name] ?? null);
    const below = [...path, type.name];
    if (type.type === 'struct') yield* leaves(type.fields, values as (Row | null)[], below);
    else if (type.type !== 'list' && type.type !== 'map') yield { path: below, type, values };
  }
};

const at = (tree: Tree, path: readonly string[]): string | undefined =>
  path.reduce<Tree | string | undefined>((part, name) => (part as Tree | undefined)?.[name], tree) as
    | string
    | undefined;

const expectToBound = (stats: string, rows: readonly Row[]): void => {
  const { minValues, maxValues, nullCount } = parse(stats);
  for (const { path, type, values } of leaves(SCHEMA, rows)) {
    const present = values.filter((value) => value !== null);
    expect(Number(at(nullCount, path))).toBe(values.length - present.length);
    const [min, max] = [at(minValues, path), at(maxValues, path)];
    for (const value of present) {
      if (min !== undefined) expect(comparable(type, min, true) <= comparable(type, value, false)).toBe(true);
      if (max !== undefined) expect(comparable(type, max, true) >= comparable(type, value, false)).toBe(true);
    }
  }
};

describe('statistics', { timeout: 30_000 }, () => {
  it('bound every value at every depth and count the nulls', () => {
    fc.assert(
      fc.property(
        fc.boolean().chain((finite) => fc.array(anyRow({ finite }), { minLength: 1, maxLength: 12 })),
        (rows) => expectToBound(writeParquet(SCHEMA, rows).stats, rows),
      ),
      { numRuns: 300 },
    );
  });

  it('are there for every type that has an order, structs included', () => {
    const { stats } = writeParquet(SCHEMA, [
      {
        ...{ text: 'a', tiny: 1, short: 2, small: 3, big: 4, single: 0.5, rate: -0, cents: 150, huge: -1 },
        ...{ little: 5, day: '2024-02-29', at: 0.001, local: -0.001, flag: true, raw: Buffer.from('x') },
        ...{ struct: { a: 'b', deep: { b: 1, c: 2 } }, list: [], map: {}, by_number: new Map() },
      },
    ]);
    expect(parse(stats)).toMatchObject({
      minValues: {
        ...{ text: 'a', tiny: '1', short: '2', small: '3', big: '4', single: '0.5', rate: '0' },
        ...{ cents: '1.50', huge: '-0.000001', little: '0.5', day: '2024-02-29' },
        ...{ at: '1970-01-01T00:00:00.000Z', local: '1969-12-31T23:59:59.999' },
        struct: { a: 'b', deep: { b: '1970-01-01T00:00:00.001Z', c: '2' } },
      },
      maxValues: { at: '1970-01-01T00:00:00.001Z', local: '1970-01-01T00:00:00.000' },
      nullCount: { flag: '0', raw: '0', struct: { deep: { c: '0' } } },
    });
  });

  it('have no bounds that JSON or a reader cannot say: years beyond four digits, texts of the greatest points', () => {
    const { stats } = writeParquet(SCHEMA, [
      { at: 8.64e15, local: -8.64e15, day: '+010000-01-01', text: '\u{10ffff}'.repeat(33) },
    ]);
    expect(parse(stats)).toMatchObject({ minValues: { text: '\u{10ffff}'.repeat(32) }, maxValues: {} });
    expect(Object.keys(parse(stats).maxValues)).toEqual([]);
  });

  it('are exact where JavaScript numbers are not', () => {
    const { stats } = writeParquet(SCHEMA, [
      { big: 9_007_199_254_740_993n, cents: -5, huge: 12_345_678_901_234_567_890_123n },
      { big: -9_223_372_036_854_775_808n, cents: 120_50 },
    ]);
    expect(stats).toContain('"big":-9223372036854775808');
    expect(stats).toContain('"big":9007199254740993');
    expect(stats).toContain('"cents":-0.05');
    expect(stats).toContain('"cents":120.50');
    expect(stats).toContain('"huge":12345678901234567.890123');
  });

  it('have lone surrogates as the U+FFFD that the file has', () => {
    const { stats } = writeParquet(SCHEMA, [{ text: '\ud800' }, { text: '\ufffe' }]);
    expect(parse(stats)).toMatchObject({ minValues: { text: '\ufffd' }, maxValues: { text: '\ufffe' } });
    expect(parse(writeParquet(SCHEMA, [{ text: '\udfff' }]).stats)).toMatchObject({
      ...{ minValues: { text: '\ufffd' }, maxValues: { text: '\ufffd' } },
    });
  });

  it('leave out the bounds of a column with NaN or an infinity, which JSON cannot say', () => {
    const stats = JSON.parse(writeParquet(SCHEMA, [{ rate: 1 }, { rate: Number.NaN }]).stats);
    expect(stats.minValues).toEqual({});
    expect(stats.maxValues).toEqual({});
    expect(stats.nullCount.rate).toBe(0);
  });

  it('round microseconds outwards to milliseconds', () => {
    const stats = JSON.parse(writeParquet(SCHEMA, [{ at: 1.25 }, { at: 2.75 }]).stats);
    expect(stats.minValues.at).toBe('1970-01-01T00:00:00.001Z');
    expect(stats.maxValues.at).toBe('1970-01-01T00:00:00.003Z');
  });
});
