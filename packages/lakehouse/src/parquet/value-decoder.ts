import type { FileMetaData, ParquetParsers, SchemaElement, SchemaTree } from 'hyparquet';
import type { Column, ColumnType } from '../schema/table-schema.ts';
import { dateOf, daysOf, timestampOf } from './calendar.ts';

/** Turns what hyparquet reads into what rows hold. */
export type Decode = (value: unknown) => unknown;

const MILLISECONDS_PER_DAY = 86_400_000;

/** Not by a TextDecoder, which takes a byte order mark away from the text. */
const textOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');

/** Values come as rows hold them; nothing passes through a Date, which has no microseconds. */
export const PARSERS: Partial<ParquetParsers> = {
  timestampFromMilliseconds: (milliseconds) => Number(milliseconds),
  timestampFromMicroseconds: timestampOf,
  timestampFromNanoseconds: (nanoseconds) => timestampOf(nanoseconds / 1000n),
  dateFromDays: (days) => dateOf(days),
  stringFromBytes: (bytes) => bytes && textOf(bytes),
};

const isDecimal = (element: SchemaElement): boolean =>
  element.converted_type === 'DECIMAL' || element.logical_type?.type === 'DECIMAL';

const isMap = (element: SchemaElement): boolean =>
  element.converted_type === 'MAP' ||
  element.converted_type === 'MAP_KEY_VALUE' ||
  element.logical_type?.type === 'MAP';

/**
 * A file's metadata without its decimals and maps: hyparquet turns decimals into floating point, and maps into
 * objects whatever their keys. What is left are unscaled integers, and lists of pairs.
 */
export const withoutLossyTypes = (metadata: FileMetaData): FileMetaData => ({
  ...metadata,
  schema: metadata.schema.map((element) =>
    isDecimal(element) || isMap(element)
      ? { ...element, converted_type: undefined, logical_type: undefined }
      : element,
  ),
});

const exactInteger = (value: bigint): number | bigint =>
  value <= Number.MAX_SAFE_INTEGER && value >= Number.MIN_SAFE_INTEGER ? Number(value) : value;

/** Big-endian two's complement, as FIXED_LEN_BYTE_ARRAY and BYTE_ARRAY decimals are. */
const integerFromBytes = (bytes: Uint8Array): bigint =>
  bytes.length === 0
    ? 0n
    : BigInt.asIntN(bytes.length * 8, BigInt(`0x${Buffer.from(bytes).toString('hex')}`));

/** The file may have a smaller scale than the table has by now, or have been written as a whole number. */
const decimalDecoder = (scale: number, element: SchemaElement): Decode => {
  const fileScale = isDecimal(element) ? (element.scale ?? 0) : 0;
  const factor = 10n ** BigInt(Math.max(0, scale - fileScale));
  const unscaled = (value: unknown): unknown => {
    if (value instanceof Uint8Array) return exactInteger(integerFromBytes(value));
    return typeof value === 'bigint' ? exactInteger(value) : (value ?? null);
  };
  if (factor === 1n) return unscaled;
  return (value) => {
    const whole = unscaled(value);
    return whole === null ? null : exactInteger(BigInt(whole as number | bigint) * factor);
  };
};

const elementNode = (list: SchemaTree): SchemaTree => {
  const repeated = list.children[0]!;
  return repeated.children.length === 1 ? repeated.children[0]! : repeated;
};

/** hyparquet has a map without its annotation as a struct of the repeated group, whatever that is called. */
const mapDecoder = (type: ColumnType & { readonly type: 'map' }, node: SchemaTree): Decode => {
  const group = node.children[0]!;
  const [keyNode, valueNode] = group.children as [SchemaTree, SchemaTree];
  const key = valueDecoder(type.key ?? { type: 'string' }, keyNode);
  const item = valueDecoder(type.value, valueNode);
  const [groupName, keyName, valueName] = [group, keyNode, valueNode].map(({ element }) => element.name) as [
    string,
    string,
    string,
  ];
  const isObject = type.key === undefined || type.key.type === 'string';
  return (value) => {
    if (value === null || value === undefined) return null;
    const pairs = ((value as Record<string, unknown>)[groupName] ?? []) as Record<string, unknown>[];
    const entries = pairs.map((pair) => [key(pair[keyName]), item(pair[valueName])] as const);
    return isObject ? Object.fromEntries(entries as (readonly [string, unknown])[]) : new Map(entries);
  };
};

const structDecoder = (columns: readonly Column[], node: SchemaTree): Decode => {
  const fields = columns.map((column) => {
    const child = node.children.find(({ element }) => element.name === column.name);
    return { name: column.name, decode: child === undefined ? null : valueDecoder(column, child) };
  });
  return (value) => {
    if (value === null || value === undefined) return null;
    const struct: Record<string, unknown> = {};
    for (const { name, decode } of fields) {
      struct[name] = decode === null ? null : decode((value as Record<string, unknown>)[name]);
    }
    return struct;
  };
};

/**
 * The decoder of a column that the file has as `node`, a part of its schema with all annotations. Parts of structs
 * that the file does not have are null, and narrower types that the table had once are widened.
 */
export const valueDecoder = (type: ColumnType, node: SchemaTree): Decode => {
  switch (type.type) {
    case 'void':
      return () => null;
    case 'string':
      return (value) => (value instanceof Uint8Array ? textOf(value) : (value ?? null));
    case 'long':
      return (value) => (typeof value === 'bigint' ? exactInteger(value) : (value ?? null));
    case 'decimal':
      return decimalDecoder(type.scale, node.element);
    case 'timestampNtz':
      return (value) => (typeof value === 'string' ? daysOf(value)! * MILLISECONDS_PER_DAY : (value ?? null));
    case 'list': {
      const element = valueDecoder(type.element, elementNode(node));
      return (value) => (value === null || value === undefined ? null : (value as unknown[]).map(element));
    }
    case 'map':
      return mapDecoder(type, node);
    case 'struct':
      return structDecoder(type.fields, node);
    default:
      return (value) => value ?? null;
  }
};
