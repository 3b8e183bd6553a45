import { PlatformError } from '@marketing-streams/platform/errors';
import avsc from 'avsc';
import { LOGICAL_TYPES } from './avro/logical-types.ts';
import { parseAvroSchema } from './avro/parse-schema.ts';
import { TOPICS, type TopicName } from './topics.ts';

/** An Avro schema as data. */
export type AvroSchema = string | readonly AvroSchema[] | { readonly [attribute: string]: unknown };

/**
 * Values as bare Avro, without field names and without the id of a schema: for what only one version of one program
 * reads. The shape is that of a state codec of `packages/stream`.
 */
export type CompactCodec<Value> = {
  /** The schema as text. */
  readonly schema: string;
  /**
   * Writes a value and gives the position after it, or minus the number of bytes that are missing. Throws what avsc
   * says of a value that the schema does not allow.
   */
  readonly write: (value: Value, target: Buffer, position: number) => number;
  /** The value that the bytes hold. Throws VALUE_UNDECODABLE when they end too early. */
  readonly read: (bytes: Buffer) => Value;
};

const FIRST_LETTER = 'A'.charCodeAt(0);
/** Begins a text that is spelled out. */
const SPELLED_OUT = '=';

/** See `usually`. */
class UsuallyType extends avsc.types.LogicalType {
  readonly values: readonly string[];
  readonly letters: ReadonlyMap<string, string>;

  constructor(schema: avsc.Schema, options?: unknown) {
    super(schema, options);
    this.values = (schema as { values?: readonly string[] }).values ?? [];
    this.letters = new Map(
      this.values.map((value, index) => [value, String.fromCharCode(FIRST_LETTER + index)]),
    );
  }

  override _fromValue(text: string): string {
    if (text.startsWith(SPELLED_OUT)) return text.slice(1);
    return this.values[text.charCodeAt(0) - FIRST_LETTER] ?? '';
  }

  override _toValue(text: unknown): string | undefined {
    if (typeof text !== 'string') return undefined;
    return this.letters.get(text) ?? SPELLED_OUT + text;
  }
}

const COMPACT_TYPES = { ...LOGICAL_TYPES, usually: UsuallyType };

/** The codec of a schema. */
export const createCompactCodec = <Value>(schema: AvroSchema): CompactCodec<Value> => {
  const text = JSON.stringify(schema);
  const type = parseAvroSchema(text, COMPACT_TYPES);
  return {
    schema: text,
    write: (value, target, position) => type.encode(value, target, position),
    read: (bytes) => {
      const { value, offset } = type.decode(bytes, 0) as { readonly value: Value; readonly offset: number };
      if (offset !== bytes.length)
        throw new PlatformError('VALUE_UNDECODABLE', `${bytes.length} bytes are not what the schema says`);
      return value;
    },
  };
};

/** Text of which the usual values take two bytes. Other values are allowed. */
export const usually = (values: readonly string[]): AvroSchema => ({
  type: 'string',
  logicalType: 'usually',
  values,
});

const compact = (schema: unknown): AvroSchema => {
  if (Array.isArray(schema)) return schema.map(compact);
  if (typeof schema !== 'object' || schema === null) return schema as string;
  const { doc: _, ...rest } = schema as Record<string, unknown>;
  if (rest['logicalType'] === 'decimal' || rest['logicalType'] === 'timestamp-millis') return 'long';
  const inner = ['type', 'items', 'values', 'fields'].filter((name) => typeof rest[name] === 'object');
  return {
    ...rest,
    ...Object.fromEntries(inner.map((name) => [name, compact(rest[name])])),
  };
};

/**
 * The schema of an Avro topic's values with cents and times as plain numbers: they were checked when the value was
 * read from the topic.
 */
export const compactSchemaOf = (topic: TopicName): AvroSchema => {
  const { format, schema } = TOPICS[topic];
  if (format !== 'avro' || schema === null)
    throw new PlatformError('INTERNAL', `${topic} is not an Avro topic`);
  return compact(JSON.parse(schema));
};
