import { PlatformError } from '@marketing-streams/platform/errors';
import type { Column, ColumnType, PrimitiveType, TableSchema } from './table-schema.ts';

/** PROTOCOL.md «Schema Serialization Format»: how the log spells a type. */
type DeltaType =
  | string
  | { readonly type: 'array'; readonly elementType: DeltaType; readonly containsNull: boolean }
  | DeltaStruct
  | {
      readonly type: 'map';
      readonly keyType: DeltaType;
      readonly valueType: DeltaType;
      readonly valueContainsNull: boolean;
    };

type DeltaField = {
  readonly name: string;
  readonly type: DeltaType;
  readonly nullable: boolean;
  readonly metadata: Readonly<Record<string, unknown>>;
};

type DeltaStruct = { readonly type: 'struct'; readonly fields: readonly DeltaField[] };

const PRIMITIVES = {
  string: 'string',
  boolean: 'boolean',
  byte: 'byte',
  short: 'short',
  int: 'integer',
  long: 'long',
  float: 'float',
  double: 'double',
  date: 'date',
  timestamp: 'timestamp',
  timestampNtz: 'timestamp_ntz',
  binary: 'binary',
  void: 'void',
} as const satisfies Record<PrimitiveType, string>;

const FROM_DELTA = new Map<string, keyof typeof PRIMITIVES>(
  Object.entries(PRIMITIVES).map(([ours, delta]) => [delta, ours as keyof typeof PRIMITIVES]),
);

const toDeltaType = (type: ColumnType): DeltaType => {
  switch (type.type) {
    case 'decimal':
      return `decimal(${type.precision},${type.scale})`;
    case 'list':
      return { type: 'array', elementType: toDeltaType(type.element), containsNull: type.containsNull };
    case 'struct':
      return { type: 'struct', fields: type.fields.map(toDeltaField) };
    case 'map':
      return {
        type: 'map',
        keyType: toDeltaType(type.key ?? { type: 'string' }),
        valueType: toDeltaType(type.value),
        valueContainsNull: type.valueContainsNull,
      };
    default:
      return PRIMITIVES[type.type];
  }
};

const toDeltaField = (column: Column): DeltaField => ({
  name: column.name,
  type: toDeltaType(column),
  nullable: column.nullable,
  metadata: {},
});

/** The `schemaString` of a table's `metaData` action. */
export const toDeltaSchema = (schema: TableSchema): string =>
  JSON.stringify({ type: 'struct', fields: schema.map(toDeltaField) } satisfies DeltaStruct);

const unsupported = (path: string, what: string): PlatformError =>
  new PlatformError('DELTA_UNSUPPORTED', `column ${path} has ${what}, which this writer cannot honour`, {
    details: { field: path, value: what },
  });

const fromDeltaType = (type: DeltaType, path: string): ColumnType => {
  if (typeof type === 'string') {
    const primitive = FROM_DELTA.get(type);
    if (primitive !== undefined) return { type: primitive };
    const decimal = /^decimal\((\d+),\s*(\d+)\)$/.exec(type);
    if (decimal === null) throw unsupported(path, `type ${type}`);
    return { type: 'decimal', precision: Number(decimal[1]), scale: Number(decimal[2]) };
  }
  switch (type.type) {
    case 'array':
      return {
        type: 'list',
        element: fromDeltaType(type.elementType, `${path}.element`),
        containsNull: type.containsNull,
      };
    case 'struct':
      return { type: 'struct', fields: type.fields.map((field) => fromDeltaField(field, `${path}.`)) };
    case 'map':
      return {
        type: 'map',
        ...(type.keyType === 'string' ? {} : { key: fromDeltaType(type.keyType, `${path}.key`) }),
        value: fromDeltaType(type.valueType, `${path}.value`),
        valueContainsNull: type.valueContainsNull,
      };
  }
};

/**
 * Field metadata that asks something of a writer (PROTOCOL.md «Column Metadata»): generated and identity columns,
 * column mapping, invariants, defaults. Anything else, comments for instance, is for people.
 */
const DEMANDING_METADATA = /^delta\.(?!typeChanges$)|^CURRENT_DEFAULT$/;

const fromDeltaField = (field: DeltaField, prefix: string): Column => {
  const path = `${prefix}${field.name}`;
  const demand = Object.keys(field.metadata ?? {}).find((key) => DEMANDING_METADATA.test(key));
  if (demand !== undefined) throw unsupported(path, demand);
  return { name: field.name, nullable: field.nullable, ...fromDeltaType(field.type, path) };
};

/**
 * The columns of a `schemaString`. Throws DELTA_UNSUPPORTED naming the column whose type or demand (invariant,
 * generated value, column mapping, …) this package cannot honour.
 */
export const fromDeltaSchema = (schemaString: string): TableSchema =>
  (JSON.parse(schemaString) as DeltaStruct).fields.map((field) => fromDeltaField(field, ''));

const widenType = (type: DeltaType, wanted: ColumnType): DeltaType => {
  if (typeof type === 'string') return type;
  if (type.type === 'struct' && wanted.type === 'struct') return widenStruct(type, wanted.fields);
  if (type.type === 'array' && wanted.type === 'list') {
    return { ...type, elementType: widenType(type.elementType, wanted.element) };
  }
  if (type.type === 'map' && wanted.type === 'map') {
    return { ...type, valueType: widenType(type.valueType, wanted.value) };
  }
  return type;
};

const widenStruct = (struct: DeltaStruct, wanted: readonly Column[]): DeltaStruct => {
  const existing = new Map(struct.fields.map((field) => [field.name, field]));
  return {
    ...struct,
    fields: wanted.map((column) => {
      const field = existing.get(column.name);
      return field === undefined ? toDeltaField(column) : { ...field, type: widenType(field.type, column) };
    }),
  };
};

/**
 * A `schemaString` with the columns and fields that `evolveSchema` added. What it had stays as it was, comments and
 * whatever else this package does not know included.
 */
export const evolveDeltaSchema = (schemaString: string, evolved: TableSchema): string =>
  JSON.stringify(widenStruct(JSON.parse(schemaString) as DeltaStruct, evolved));

/** True when two schemas say the same, order of columns included. */
export const sameSchema = (left: TableSchema, right: TableSchema): boolean =>
  toDeltaSchema(left) === toDeltaSchema(right);
