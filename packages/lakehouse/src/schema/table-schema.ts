/**
 * Types a column can have, and the TypeScript value a row holds for each:
 *
 * | type | value |
 * |---|---|
 * | string | string |
 * | boolean | boolean |
 * | byte, short, int | number, whole, of 8, 16 or 32 bits |
 * | long | number, whole and safe, or bigint for the full 64 bits |
 * | float, double | number; a float is rounded to 32 bits |
 * | decimal | the unscaled whole number (cents for scale 2) as a safe integer or a bigint |
 * | date | string, `YYYY-MM-DD`; years beyond four digits as in ISO 8601 (`+010000-01-01`) |
 * | timestamp | number, epoch milliseconds UTC; a fraction carries microseconds; or bigint, epoch microseconds |
 * | timestampNtz | the same, for a local date and time read as if it were UTC |
 * | binary | Uint8Array (a Buffer is one) |
 * | void | null only: a column whose type others have not decided yet; data files do not have it |
 * | list | array |
 * | struct | object by field name |
 * | map | object by key when keys are strings, else a Map |
 *
 * A missing field, undefined and null all are null. Reading gives the same representation back: number where
 * it is exact, else bigint.
 */
export type ColumnType =
  | { readonly type: PrimitiveType }
  | { readonly type: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly type: 'list'; readonly element: ColumnType; readonly containsNull: boolean }
  | { readonly type: 'struct'; readonly fields: readonly Column[] }
  | {
      readonly type: 'map';
      /** Strings unless told. */
      readonly key?: ColumnType;
      readonly value: ColumnType;
      readonly valueContainsNull: boolean;
    };

/** Types without parameters. */
export type PrimitiveType =
  | 'string'
  | 'boolean'
  | 'byte'
  | 'short'
  | 'int'
  | 'long'
  | 'float'
  | 'double'
  | 'date'
  | 'timestamp'
  | 'timestampNtz'
  | 'binary'
  | 'void';

/** A named column of a table, or a field of a struct. */
export type Column = { readonly name: string; readonly nullable: boolean } & ColumnType;

/** The columns of a table, in order. */
export type TableSchema = readonly Column[];

/** One row by column name; see `ColumnType` for the values. */
export type Row = Readonly<Record<string, unknown>>;

const primitive =
  (type: PrimitiveType) =>
  (name: string, options: { readonly nullable?: boolean } = {}): Column => ({
    name,
    nullable: options.nullable ?? true,
    type,
  });

/**
 * Short ways to declare columns; all are nullable unless told: `column.string('email')`,
 * `column.long('offset', { nullable: false })`.
 */
export const column = {
  string: primitive('string'),
  boolean: primitive('boolean'),
  byte: primitive('byte'),
  short: primitive('short'),
  int: primitive('int'),
  long: primitive('long'),
  float: primitive('float'),
  double: primitive('double'),
  date: primitive('date'),
  timestamp: primitive('timestamp'),
  timestampNtz: primitive('timestampNtz'),
  binary: primitive('binary'),
  decimal: (
    name: string,
    precision: number,
    scale: number,
    options: { readonly nullable?: boolean } = {},
  ): Column => ({ name, nullable: options.nullable ?? true, type: 'decimal', precision, scale }),
  list: (
    name: string,
    element: ColumnType,
    options: { readonly nullable?: boolean; readonly containsNull?: boolean } = {},
  ): Column => ({
    name,
    nullable: options.nullable ?? true,
    type: 'list',
    element,
    containsNull: options.containsNull ?? false,
  }),
  struct: (
    name: string,
    fields: readonly Column[],
    options: { readonly nullable?: boolean } = {},
  ): Column => ({
    name,
    nullable: options.nullable ?? true,
    type: 'struct',
    fields,
  }),
  map: (
    name: string,
    value: ColumnType,
    options: {
      readonly nullable?: boolean;
      readonly valueContainsNull?: boolean;
      readonly key?: ColumnType;
    } = {},
  ): Column => ({
    name,
    nullable: options.nullable ?? true,
    type: 'map',
    ...(options.key === undefined || options.key.type === 'string' ? {} : { key: options.key }),
    value,
    valueContainsNull: options.valueContainsNull ?? false,
  }),
} as const;
