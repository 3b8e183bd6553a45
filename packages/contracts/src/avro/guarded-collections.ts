import avsc from 'avsc';

/** The part of avsc's cursor that reading needs; it goes past the end without complaint. */
type Tap = {
  readonly buf: Buffer;
  readonly pos: number;
  readLong(): number;
  skipLong(): void;
  readString(): string | undefined;
};

type Readable = { _read(tap: Tap): unknown };

/**
 * Number of items in the next block. avsc believes whatever is there, and then makes room for it: a few hostile
 * bytes cost gigabytes or hang the process. An item takes at least one byte, so more items than bytes left is a
 * broken record.
 */
const readBlockSize = (tap: Tap): number => {
  let size = tap.readLong();
  if (size < 0) {
    size = -size;
    tap.skipLong();
  }
  if (size > tap.buf.length - tap.pos)
    throw new RangeError(`${size} items announced, the record ends before`);
  return size;
};

/** An array that refuses impossible sizes. avsc takes types as classes; `_read` also serves its resolvers. */
class GuardedArrayType extends avsc.types.ArrayType {
  _read(tap: Tap): unknown[] {
    const items = this.itemsType as avsc.Type & Readable;
    const values: unknown[] = [];
    for (let size = readBlockSize(tap); size > 0; size = readBlockSize(tap)) {
      for (let i = 0; i < size; i += 1) values.push(items._read(tap));
    }
    return values;
  }
}

/** A map that refuses impossible sizes, and the one key that would change the object instead of filling it. */
class GuardedMapType extends avsc.types.MapType {
  _read(tap: Tap): Record<string, unknown> {
    const items = this.valuesType as avsc.Type & Readable;
    const values: Record<string, unknown> = {};
    for (let size = readBlockSize(tap); size > 0; size = readBlockSize(tap)) {
      for (let i = 0; i < size; i += 1) {
        const key = tap.readString() ?? '';
        if (key === '__proto__') throw new RangeError('__proto__ is no key of a map');
        values[key] = items._read(tap);
      }
    }
    return values;
  }
}

type CollectionSchema = { readonly type?: unknown; readonly logicalType?: unknown };

/** avsc's `typeHook`: builds arrays and maps guarded, leaves everything else to avsc. */
export const guardCollections = (
  schema: avsc.Schema,
  options: avsc.ForSchemaOptions,
): avsc.Type | undefined => {
  const { type, logicalType } = schema as CollectionSchema;
  if (logicalType !== undefined) return undefined;
  if (type === 'array') return new GuardedArrayType(schema, options);
  if (type === 'map') return new GuardedMapType(schema, options);
  return undefined;
};
