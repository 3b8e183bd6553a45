import { messageOf, PlatformError } from '@marketing-streams/platform/errors';
import type { Type } from 'avsc';
import type { SchemaRegistry } from '../schema-registry.ts';
import { parseAvroSchema } from './parse-schema.ts';
import { schemaIdOf } from './wire-format.ts';

/** How values written with one schema id are read. */
export type WriterSchema = {
  /** The writer's own type, for explaining failures. */
  readonly written: Type;
  /** Reads a value as the contract's type. */
  readonly decode: (value: Buffer, position: number) => { value: never; offset: number };
};

type Refusal = { readonly refused: PlatformError; readonly askAgainAt: number };

/** The writers' schemas a codec has met. */
export type WriterSchemas = {
  /** The schema of an id; throws what is wrong with it, see `AvroCodec.decode`. */
  readonly of: (id: number) => WriterSchema;
  readonly prepare: (records: readonly { readonly value: Buffer | null }[]) => Promise<void>;
};

export type WriterSchemasOptions = {
  readonly registry: SchemaRegistry;
  readonly topic: string;
  /** The contract's type, to which all values are resolved. */
  readonly reader: Type;
  /** Registry id of the contract's schema. */
  readonly ownId: number;
  readonly now?: () => number;
};

/** An id nobody knew is asked for again after this time: its schema may have been registered since. */
const UNKNOWN_FOR_MILLISECONDS = 30_000;
/** Requests under way at once when a batch names many new ids. */
const CONCURRENT_REQUESTS = 8;
/** Garbage that looks framed names a new id each time: unknown ones are forgotten beyond this many. */
const MAX_UNKNOWN = 10_000;

/** Resolves schema ids through the registry once and keeps the result. */
export const createWriterSchemas = ({
  registry,
  topic,
  reader,
  ownId,
  now = Date.now,
}: WriterSchemasOptions): WriterSchemas => {
  const known = new Map<number, WriterSchema>([[ownId, readAsWritten(reader)]]);
  const refused = new Map<number, Refusal>();
  // Batches come from one writer as a rule: the last id answers without a look-up.
  let lastId = ownId;
  let last = known.get(ownId)!;

  const resolve = async (id: number): Promise<void> => {
    const text = await registry.schemaById(id);
    if (text === null) {
      const error = new PlatformError(
        'SCHEMA_UNKNOWN',
        `${topic}: the registry knows no schema with id ${id}`,
      );
      refused.set(id, { refused: error, askAgainAt: now() + UNKNOWN_FOR_MILLISECONDS });
      return;
    }
    try {
      known.set(id, resolved(reader, parseAvroSchema(text)));
      refused.delete(id);
    } catch (cause) {
      const message = `${topic}: schema ${id} cannot be read as the contract's: ${messageOf(cause)}`;
      const error = new PlatformError('SCHEMA_INCOMPATIBLE', message, { cause });
      refused.set(id, { refused: error, askAgainAt: Number.POSITIVE_INFINITY });
    }
  };

  return {
    of: (id) => {
      if (id === lastId) return last;
      const schema = known.get(id);
      if (schema === undefined) {
        throw (
          refused.get(id)?.refused ??
          new PlatformError(
            'INTERNAL',
            `${topic}: prepare() has to see a batch before it is decoded (schema ${id})`,
          )
        );
      }
      lastId = id;
      last = schema;
      return schema;
    },
    prepare: async (records) => {
      const missing = new Set<number>();
      const named = new Set<number>();
      for (const { value } of records) {
        const id = value === null ? null : schemaIdOf(value);
        if (id === null || id === lastId || known.has(id)) continue;
        named.add(id);
        if (now() >= (refused.get(id)?.askAgainAt ?? 0)) missing.add(id);
      }
      if (missing.size === 0) return;
      if (refused.size > MAX_UNKNOWN) {
        // Not those of the batch at hand: it is decoded with what is known now.
        for (const id of refused.keys()) if (!named.has(id)) refused.delete(id);
      }
      const queue = missing.values();
      const work = async (): Promise<void> => {
        for (const id of queue) await resolve(id);
      };
      await Promise.all(Array.from({ length: CONCURRENT_REQUESTS }, work));
    },
  };
};

const readAsWritten = (type: Type): WriterSchema => ({
  written: type,
  decode: (value, position) => type.decode(value, position) as { value: never; offset: number },
});

const resolved = (reader: Type, writer: Type): WriterSchema => {
  const resolver = reader.createResolver(writer);
  return {
    written: writer,
    decode: (value, position) => reader.decode(value, position, resolver) as { value: never; offset: number },
  };
};
