import type { Statistics } from 'hyparquet';
import type { ColumnType } from '../schema/table-schema.ts';
import { roundUpCodePoints, truncateCodePoints } from '../schema/utf8-order.ts';
import { type Bounds, type Range, rangeOf } from './bounds.ts';
import { dateOf } from './calendar.ts';

/** Longest string bound in code points, as Spark keeps them. */
const BOUND_CODE_POINTS = 32;

/** Only the first leaf columns get bounds, as readers expect of `delta.dataSkippingNumIndexedCols`' default. */
export const INDEXED_LEAVES = 32;

/** What the statistics of a file are made of: a leaf column. */
export type MeasuredLeaf = {
  readonly type: ColumnType;
  readonly bounds: Bounds;
  readonly nulls: () => number;
};

/** Leaf columns as a tree that mirrors the schema; lists and maps have no statistics. */
export type StatisticsNode =
  | { readonly kind: 'leaf'; readonly leaf: MeasuredLeaf }
  | { readonly kind: 'struct'; readonly fields: ReadonlyMap<string, StatisticsNode> };

/** The JSON number of an unscaled decimal: `12050` of scale 2 is `120.50`. */
export const decimalText = (unscaled: number | bigint, scale: number): string => {
  const value = BigInt(unscaled);
  const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const text = scale === 0 ? whole : `${whole}.${digits.slice(-scale)}`;
  return value < 0n ? `-${text}` : text;
};

/** Microseconds since the epoch as whole milliseconds, rounded down, or up for an upper bound. */
const wholeMilliseconds = (microseconds: number | bigint, up: boolean): number => {
  if (typeof microseconds === 'number') return (up ? Math.ceil : Math.floor)(microseconds / 1000);
  const floor = (microseconds - (((microseconds % 1000n) + 1000n) % 1000n)) / 1000n;
  return Number(floor) + (up && microseconds % 1000n !== 0n ? 1 : 0);
};

/** The first and last moment whose year has four digits: others' texts are not what readers take for a moment. */
const FIRST_TEXT = Date.parse('0001-01-01T00:00:00.000Z');
const LAST_TEXT = Date.parse('9999-12-31T23:59:59.999Z');

type BoundTexts = { readonly min: string; readonly max: string | null };

const timestampTexts = (range: Range, suffix: string): BoundTexts | null => {
  const min = wholeMilliseconds(range.min as number | bigint, false);
  const max = wholeMilliseconds(range.max as number | bigint, true);
  if (min < FIRST_TEXT || min > LAST_TEXT) return null;
  const text = (milliseconds: number): string =>
    JSON.stringify(new Date(milliseconds).toISOString().replace('Z', suffix));
  return { min: text(min), max: max > LAST_TEXT ? null : text(max) };
};

const dateTexts = (range: Range): BoundTexts | null => {
  const [min, max] = [dateOf(range.min as number), dateOf(range.max as number)];
  const isPlain = (text: string): boolean => /^(?!0000)\d{4}-/.test(text);
  return isPlain(min) && isPlain(max) ? { min: JSON.stringify(min), max: JSON.stringify(max) } : null;
};

const boundTexts = (type: ColumnType, bounds: Bounds): BoundTexts | null => {
  const range = rangeOf(bounds);
  if (range === null) return null;
  switch (type.type) {
    case 'string': {
      const upper = roundUpCodePoints(range.max as string, BOUND_CODE_POINTS);
      return {
        min: JSON.stringify(truncateCodePoints(range.min as string, BOUND_CODE_POINTS)),
        max: upper === null ? null : JSON.stringify(upper),
      };
    }
    case 'decimal':
      return {
        min: decimalText(range.min as number | bigint, type.scale),
        max: decimalText(range.max as number | bigint, type.scale),
      };
    case 'date':
      return dateTexts(range);
    case 'timestamp':
      return timestampTexts(range, 'Z');
    case 'timestampNtz':
      return timestampTexts(range, '');
    default:
      // -0 is written as 0, its equal.
      return { min: String(range.min), max: String(range.max) };
  }
};

/** The statistics of a column chunk in the file's footer, by which engines skip row groups. */
export const chunkStatistics = (type: ColumnType, range: Range | null, nulls: number): Statistics => {
  const statistics: Statistics = { null_count: BigInt(nulls) };
  if (range === null) return statistics;
  if (type.type === 'string') {
    const upper = roundUpCodePoints(range.max as string, BOUND_CODE_POINTS);
    statistics.min_value = truncateCodePoints(range.min as string, BOUND_CODE_POINTS);
    if (upper !== null) statistics.max_value = upper;
  } else if (type.type === 'decimal') {
    statistics.min_value = BigInt(range.min);
    statistics.max_value = BigInt(range.max);
  } else {
    // Zero has two encodings; a bound has to take in both.
    statistics.min_value = range.min === 0 ? -0 : range.min;
    statistics.max_value = range.max === 0 ? 0 : range.max;
  }
  return statistics;
};

type Part = (leaf: MeasuredLeaf) => string | null;

const objectText = (fields: ReadonlyMap<string, StatisticsNode>, part: Part): string => {
  const entries: string[] = [];
  for (const [name, node] of fields) {
    const text = node.kind === 'leaf' ? part(node.leaf) : objectText(node.fields, part);
    if (text !== null && text !== '{}') entries.push(`${JSON.stringify(name)}:${text}`);
  }
  return `{${entries.join(',')}}`;
};

/**
 * The `stats` text of an `add` action (PROTOCOL.md «Per-file Statistics»). It is put together by hand, since long
 * and decimal bounds are exact JSON numbers that no JavaScript number holds.
 */
export const statisticsText = (rows: number, columns: ReadonlyMap<string, StatisticsNode>): string => {
  const min = objectText(columns, (leaf) => boundTexts(leaf.type, leaf.bounds)?.min ?? null);
  const max = objectText(columns, (leaf) => boundTexts(leaf.type, leaf.bounds)?.max ?? null);
  const nulls = objectText(columns, (leaf) => String(leaf.nulls()));
  return `{"numRecords":${rows},"minValues":${min},"maxValues":${max},"nullCount":${nulls},"tightBounds":true}`;
};
