import { PlatformError } from '@marketing-streams/platform/errors';
import type { Column, ColumnType } from '../schema/table-schema.ts';
import { INDEXED_LEAVES, leafStatistics, type StatisticsNode } from './file-statistics.ts';
import { type Encode, mismatch, primitiveEncoder } from './value-encoder.ts';

/** Turns the values of one column into what hyparquet-writer takes, checking them and gathering statistics. */
export type ColumnEncoder = {
  readonly name: string;
  readonly encode: (value: unknown) => unknown;
  readonly statistics: StatisticsNode | null;
};

/** How many more leaf columns of the file get statistics. */
type LeafBudget = { left: number };

type Built = { readonly encode: (value: unknown) => unknown; readonly statistics: StatisticsNode | null };

const nullOr = (encode: Encode, path: string, nullable: boolean): ((value: unknown) => unknown) => {
  if (nullable) return (value) => (value === null || value === undefined ? null : encode(value, path));
  return (value) => {
    if (value === null || value === undefined) {
      throw new PlatformError('DELTA_SCHEMA_MISMATCH', `column ${path} must not be null`, {
        details: { field: path, value },
      });
    }
    return encode(value, path);
  };
};

const buildPrimitive = (
  type: ColumnType,
  encode: Encode,
  path: string,
  nullable: boolean,
  budget: LeafBudget | null,
): Built => {
  const checked = nullOr(encode, path, nullable);
  const leaf = budget !== null && budget.left > 0 ? leafStatistics(type) : null;
  if (budget !== null) budget.left--;
  if (leaf === null) return { encode: checked, statistics: null };
  const { observe } = leaf;
  return {
    encode: (value) => {
      const encoded = checked(value);
      observe(value);
      return encoded;
    },
    statistics: { kind: 'leaf', leaf },
  };
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);

const observeNull = (node: StatisticsNode): void => {
  if (node.kind === 'leaf') node.leaf.observe(null);
  else for (const child of node.fields.values()) observeNull(child);
};

const buildStruct = (
  columns: readonly Column[],
  path: string,
  nullable: boolean,
  budget: LeafBudget | null,
): Built => {
  const fields = columns.map((column) => ({
    name: column.name,
    ...build(column, `${path}.${column.name}`, column.nullable, budget),
  }));
  const tracked = fields.filter((field) => field.statistics !== null);
  const checked = nullOr(
    (value) => {
      if (!isObject(value)) throw mismatch(path, 'an object', value);
      const encoded: Record<string, unknown> = {};
      for (const field of fields) encoded[field.name] = field.encode(value[field.name]);
      return encoded;
    },
    path,
    nullable,
  );
  return {
    encode: (value) => {
      const encoded = checked(value);
      if (encoded === null) for (const field of tracked) observeNull(field.statistics!);
      return encoded;
    },
    statistics:
      tracked.length === 0
        ? null
        : { kind: 'struct', fields: new Map(tracked.map((field) => [field.name, field.statistics!])) },
  };
};

const build = (type: ColumnType, path: string, nullable: boolean, budget: LeafBudget | null): Built => {
  const primitive = primitiveEncoder(type);
  if (primitive !== null) return buildPrimitive(type, primitive, path, nullable, budget);
  switch (type.type) {
    case 'struct':
      return buildStruct(type.fields, path, nullable, budget);
    case 'list': {
      const element = build(type.element, `${path}.element`, type.containsNull, null);
      const encode: Encode = (value) => {
        if (!Array.isArray(value)) throw mismatch(path, 'a list', value);
        return value.map(element.encode);
      };
      return { encode: nullOr(encode, path, nullable), statistics: null };
    }
    case 'map': {
      const element = build(type.value, `${path}.value`, type.valueContainsNull, null);
      const encode: Encode = (value) => {
        if (!isObject(value)) throw mismatch(path, 'an object by key', value);
        return Object.entries(value).map(([key, item]) => ({ key, value: element.encode(item) }));
      };
      return { encode: nullOr(encode, path, nullable), statistics: null };
    }
    default:
      throw new PlatformError('DELTA_UNSUPPORTED', `column ${path} has type ${type.type}`);
  }
};

/**
 * Encoders for one file's columns. They throw DELTA_SCHEMA_MISMATCH naming the column (nested ones by their path)
 * for a value of another type or a null where none may be.
 */
export const columnEncoders = (columns: readonly Column[]): ColumnEncoder[] => {
  const budget: LeafBudget = { left: INDEXED_LEAVES };
  return columns.map((column) => ({
    name: column.name,
    ...build(column, column.name, column.nullable, budget),
  }));
};
