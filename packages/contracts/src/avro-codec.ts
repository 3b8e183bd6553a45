import { PlatformError } from '@marketing-streams/platform/errors';
import type { Type } from 'avsc';
import { explainDecodeFailure, explainEncodeFailure } from './avro/explain.ts';
import { parseAvroSchema } from './avro/parse-schema.ts';
import { describeMissingFrame, HEADER_BYTES, schemaIdOf } from './avro/wire-format.ts';
import { createWriterSchemas } from './avro/writer-schemas.ts';
import type { SchemaRegistry } from './schema-registry.ts';
import { subjectOf, TOPICS, type TopicName } from './topics.ts';

/** Encodes and decodes the values of one topic; synchronous, so that a batch costs no promise per record. */
export type AvroCodec<T> = {
  /**
   * A value in the Confluent wire format. Throws VALUE_INVALID naming the field and the value.
   * The result is a slice of a larger buffer: copy it before keeping it for long.
   */
  readonly encode: (value: T) => Buffer;
  /**
   * The value of a record, read with the schema it was written with and resolved to the contract's.
   * Throws VALUE_UNDECODABLE for bytes that are no such record (truncated, something left over, not framed),
   * VALUE_INVALID for a field out of its range, SCHEMA_UNKNOWN for an id the registry does not know,
   * SCHEMA_INCOMPATIBLE for a writer's schema that cannot be resolved; INTERNAL when `prepare` never saw the id.
   */
  readonly decode: (value: Buffer) => T;
  /**
   * Resolves the schema ids of a batch that were not seen before; costs next to nothing when all were.
   * Never throws for an unknown id (decode will), throws REGISTRY_UNAVAILABLE on an outage.
   */
  readonly prepare: (records: readonly { readonly value: Buffer | null }[]) => Promise<void>;
  /** The registry id a value names; null when the value is not framed. */
  readonly schemaIdOf: (value: Buffer) => number | null;
};

export type AvroCodecOptions = {
  readonly registry: SchemaRegistry;
  /** Contract whose values are read and written; records may come from any topic. */
  readonly topic: TopicName;
};

/** Encoded values are cut from slabs of this size, so that a value costs no allocation of its own. */
const SLAB_BYTES = 64 * 1024;

/** Appends framed values to a slab; starts another when one does not fit. */
const createEncoder = (type: Type, schemaId: number): ((value: unknown) => Buffer) => {
  let slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
  let used = 0;
  return (value) => {
    let end = used + HEADER_BYTES > slab.length ? -1 : type.encode(value, slab, used + HEADER_BYTES);
    if (end < 0) {
      // avsc gives the number of missing bytes, negative.
      slab = Buffer.allocUnsafeSlow(Math.max(SLAB_BYTES, slab.length - used - end + HEADER_BYTES));
      used = 0;
      end = type.encode(value, slab, HEADER_BYTES);
    }
    const framed = slab.subarray(used, end);
    framed[0] = 0;
    framed.writeInt32BE(schemaId, 1);
    used = end;
    return framed;
  };
};

/**
 * The codec of a topic's contract. Registers the contract's schema (a no-op where `make schemas` has run) and
 * writes with its id. Throws REGISTRY_UNAVAILABLE on an outage, SCHEMA_INCOMPATIBLE when the registry refuses.
 */
export const createAvroCodec = async <T>({ registry, topic }: AvroCodecOptions): Promise<AvroCodec<T>> => {
  const { format, schema } = TOPICS[topic];
  if (format !== 'avro' || schema === null)
    throw new PlatformError('INTERNAL', `${topic} is not an Avro topic`);
  const type = parseAvroSchema(schema);
  const ownId = await registry.register(subjectOf(topic), schema, 'AVRO');
  const writers = createWriterSchemas({ registry, topic, reader: type, ownId });
  const write = createEncoder(type, ownId);

  const decode = (value: Buffer): T => {
    const id = schemaIdOf(value);
    if (id === null) throw new PlatformError('VALUE_UNDECODABLE', `${topic}: ${describeMissingFrame(value)}`);
    const writer = writers.of(id);
    let read: { value: T; offset: number };
    try {
      read = writer.decode(value, HEADER_BYTES);
    } catch (error) {
      throw explainDecodeFailure(topic, writer.written, value, error);
    }
    if (read.offset === value.length) return read.value;
    if (read.offset < 0) {
      throw explainDecodeFailure(topic, writer.written, value, new RangeError('the record ends too early'));
    }
    throw new PlatformError(
      'VALUE_UNDECODABLE',
      `${topic}: ${value.length - read.offset} bytes are left over after the record`,
    );
  };

  const encode = (value: T): Buffer => {
    try {
      return write(value);
    } catch (error) {
      throw explainEncodeFailure(topic, type, value, error);
    }
  };

  return { encode, decode, prepare: writers.prepare, schemaIdOf };
};
