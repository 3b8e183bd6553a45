import type { ColumnType } from '../schema/table-schema.ts';
import { compareUtf8, roundUpCodePoints, truncateCodePoints } from '../schema/utf8-order.ts';

/** Longest string bound in code points, as Spark keeps them. */
const BOUND_CODE_POINTS = 32;

/** Only the first leaf columns get bounds, as readers expect of `delta.dataSkippingNumIndexedCols`' default. */
export const INDEXED_LEAVES = 32;

/** Gathers the bounds of one leaf column over the rows of a file. */
export type LeafStatistics = {
  /** Takes a value as the row holds it; null and undefined count as null. */
  readonly observe: (value: unknown) => void;
  /** JSON text of the smallest and largest value; null when there is none to tell. */
  readonly bounds: () => { readonly min: string; readonly max: string | null } | null;
  readonly nullCount: () => number;
};

/** Column statistics as a tree that mirrors the schema. */
export type StatisticsNode =
  | { readonly kind: 'leaf'; readonly leaf: LeafStatistics }
  | { readonly kind: 'struct'; readonly fields: ReadonlyMap<string, StatisticsNode> };

const countingNulls = (): LeafStatistics => {
  let nulls = 0;
  return {
    observe: (value) => {
      if (value === null || value === undefined) nulls++;
    },
    bounds: () => null,
    nullCount: () => nulls,
  };
};

const stringStatistics = (): LeafStatistics => {
  let nulls = 0;
  let min: string | undefined;
  let max: string | undefined;
  return {
    observe: (value) => {
      if (value === null || value === undefined) {
        nulls++;
        return;
      }
      // A lone surrogate is written as U+FFFD and has to be ordered as such.
      const text = (value as string).isWellFormed() ? (value as string) : (value as string).toWellFormed();
      if (min === undefined || max === undefined) {
        min = text;
        max = text;
      } else if (compareUtf8(text, min) < 0) min = text;
      else if (compareUtf8(text, max) > 0) max = text;
    },
    bounds: () => {
      if (min === undefined || max === undefined) return null;
      const upper = roundUpCodePoints(max, BOUND_CODE_POINTS);
      return {
        min: JSON.stringify(truncateCodePoints(min, BOUND_CODE_POINTS)),
        max: upper === null ? null : JSON.stringify(upper),
      };
    },
    nullCount: () => nulls,
  };
};

const orderedStatistics = (toJson: (value: number | bigint | string) => string): LeafStatistics => {
  let nulls = 0;
  let unbounded = false;
  let min: number | bigint | string | undefined;
  let max: number | bigint | string | undefined;
  return {
    observe: (value) => {
      if (value === null || value === undefined) {
        nulls++;
        return;
      }
      const ordered = value as number | bigint | string;
      if (typeof ordered === 'number' && !Number.isFinite(ordered)) unbounded = true;
      else if (min === undefined || max === undefined) {
        min = ordered;
        max = ordered;
      } else if (ordered < min) min = ordered;
      else if (ordered > max) max = ordered;
    },
    // JSON has neither NaN nor infinities, and bounds that leave such rows out would prune them away.
    bounds: () =>
      min === undefined || max === undefined || unbounded ? null : { min: toJson(min), max: toJson(max) },
    nullCount: () => nulls,
  };
};

/** The JSON number of an unscaled decimal: `12050` of scale 2 is `120.50`. */
export const decimalText = (unscaled: number | bigint, scale: number): string => {
  const value = BigInt(unscaled);
  const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const text = scale === 0 ? whole : `${whole}.${digits.slice(-scale)}`;
  return value < 0n ? `-${text}` : text;
};

/** Epoch milliseconds as ISO text, a fraction of a millisecond cut (lower bound) or rounded up (upper bound). */
const timestampText = (value: number, round: (value: number) => number): string =>
  JSON.stringify(new Date(round(value)).toISOString());

/** The first and last moment whose year has four digits: others' texts are not what readers take for a timestamp. */
const FIRST_TEXT = Date.parse('0001-01-01T00:00:00.000Z');
const LAST_TEXT = Date.parse('9999-12-31T23:59:59.999Z');

const timestampStatistics = (): LeafStatistics => {
  const inner = orderedStatistics(String);
  return {
    ...inner,
    bounds: () => {
      const bounds = inner.bounds();
      if (bounds === null) return null;
      const [min, max] = [Number(bounds.min), Number(bounds.max)];
      if (min < FIRST_TEXT || max > LAST_TEXT) return null;
      return { min: timestampText(min, Math.floor), max: timestampText(max, Math.ceil) };
    },
  };
};

/** The collector of a leaf column; null for lists and maps, which have no statistics. */
export const leafStatistics = (type: ColumnType): LeafStatistics | null => {
  switch (type.type) {
    case 'string':
      return stringStatistics();
    case 'int':
    case 'long':
      return orderedStatistics(String);
    case 'double':
      // -0 is written as 0, its equal.
      return orderedStatistics((value) => JSON.stringify(value));
    case 'date':
      return orderedStatistics((value) => JSON.stringify(value));
    case 'decimal':
      return orderedStatistics((value) => decimalText(value as number | bigint, type.scale));
    case 'timestamp':
      return timestampStatistics();
    case 'boolean':
    case 'binary':
      return countingNulls();
    default:
      return null;
  }
};

type Part = (leaf: LeafStatistics) => string | null;

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
  const min = objectText(columns, (leaf) => leaf.bounds()?.min ?? null);
  const max = objectText(columns, (leaf) => leaf.bounds()?.max ?? null);
  const nulls = objectText(columns, (leaf) => String(leaf.nullCount()));
  return `{"numRecords":${rows},"minValues":${min},"maxValues":${max},"nullCount":${nulls},"tightBounds":true}`;
};
