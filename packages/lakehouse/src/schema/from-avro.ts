import { PlatformError } from '@marketing-streams/platform/errors';
import type { Column, ColumnType, PrimitiveType, TableSchema } from './table-schema.ts';

/** The parts of an Avro schema that decide a column. */
type AvroSchema = string | readonly AvroSchema[] | AvroObject;

type AvroObject = {
  readonly type: AvroSchema;
  readonly name?: string;
  readonly logicalType?: string;
  readonly precision?: number;
  readonly scale?: number;
  readonly fields?: readonly { readonly name: string; readonly type: AvroSchema }[];
  readonly items?: AvroSchema;
  readonly values?: AvroSchema;
};

/** Named types met so far, since Avro spells a type out once and names it afterwards. */
type Names = Map<string, AvroObject>;

const PRIMITIVES: Readonly<Record<string, PrimitiveType>> = {
  string: 'string',
  boolean: 'boolean',
  int: 'int',
  long: 'long',
  float: 'double',
  double: 'double',
  bytes: 'binary',
  fixed: 'binary',
  enum: 'string',
};

const LOGICAL_TYPES: Readonly<Record<string, PrimitiveType>> = {
  date: 'date',
  'timestamp-millis': 'timestamp',
};

const unsupported = (path: string, type: AvroSchema): PlatformError =>
  new PlatformError('DELTA_UNSUPPORTED', `field ${path}: no column type for Avro ${JSON.stringify(type)}`, {
    details: { field: path, value: type },
  });

/** The type inside a union with null; a union of several other types has no column type. */
const unwrapNullable = (
  type: AvroSchema,
  path: string,
): { readonly type: AvroSchema; readonly nullable: boolean } => {
  if (!Array.isArray(type)) return { type, nullable: false };
  const others = (type as readonly AvroSchema[]).filter((branch) => branch !== 'null');
  if (others.length !== 1) throw unsupported(path, type);
  return { type: others[0]!, nullable: others.length < type.length };
};

const fromObject = (type: AvroObject, path: string, names: Names): ColumnType => {
  if (type.name !== undefined) names.set(type.name, type);
  if (type.logicalType === 'decimal') {
    return { type: 'decimal', precision: type.precision!, scale: type.scale ?? 0 };
  }
  const logical = LOGICAL_TYPES[type.logicalType ?? ''];
  if (logical !== undefined) return { type: logical };
  switch (type.type) {
    case 'record':
      return { type: 'struct', fields: columnsOf(type, `${path}.`, new Set(), names) };
    case 'array': {
      const element = unwrapNullable(type.items!, path);
      return {
        type: 'list',
        element: columnType(element.type, `${path}.element`, names),
        containsNull: element.nullable,
      };
    }
    case 'map': {
      const value = unwrapNullable(type.values!, path);
      return {
        type: 'map',
        value: columnType(value.type, `${path}.value`, names),
        valueContainsNull: value.nullable,
      };
    }
    default:
      return columnType(type.type, path, names);
  }
};

const columnType = (type: AvroSchema, path: string, names: Names): ColumnType => {
  if (typeof type !== 'string') {
    if (Array.isArray(type)) throw unsupported(path, type);
    return fromObject(type as AvroObject, path, names);
  }
  const primitive = PRIMITIVES[type];
  if (primitive !== undefined) return { type: primitive };
  const named = names.get(type);
  if (named === undefined) throw unsupported(path, type);
  return fromObject(named, path, names);
};

const columnsOf = (
  record: AvroObject,
  prefix: string,
  notNull: ReadonlySet<string>,
  names: Names,
): readonly Column[] =>
  record.fields!.map((field) => {
    const path = `${prefix}${field.name}`;
    return {
      name: field.name,
      nullable: !notNull.has(field.name),
      ...columnType(unwrapNullable(field.type, path).type, path, names),
    };
  });

/**
 * The columns for the records of an Avro contract: decimals keep precision and scale, `timestamp-millis` is a
 * timestamp, enums are strings, arrays of records are lists of structs. Columns are nullable unless named in
 * `notNull` (the keys): a contract may make a field optional later, a Delta column that others wrote cannot take
 * that back. Throws DELTA_UNSUPPORTED naming a field of a type that has no column type.
 */
export const tableSchemaFromAvro = (
  schema: string,
  options: { readonly notNull?: readonly string[] } = {},
): TableSchema => columnsOf(JSON.parse(schema) as AvroObject, '', new Set(options.notNull ?? []), new Map());
