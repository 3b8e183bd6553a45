import { createAvroCodec } from '@marketing-streams/contracts/avro-codec';
import { createJsonCodec } from '@marketing-streams/contracts/json-codec';
import type { KafkaRecord } from '@marketing-streams/contracts/record';
import { TOPICS, type TopicName } from '@marketing-streams/contracts/topics';
import { tableSchemaFromAvro } from '@marketing-streams/lakehouse/schema/from-avro';
import type { Row, TableSchema } from '@marketing-streams/lakehouse/schema/table-schema';
import type { RowChange } from '@marketing-streams/lakehouse/sink-types';
import { isPlatformError, PlatformError } from '@marketing-streams/platform/errors';
import type { OnSkippedRecord, RowConversion, TableDeclaration } from './table-declaration.ts';

type ChangelogTable = {
  readonly layer: 'silver' | 'gold';
  readonly table: string;
  readonly topic: TopicName;
};

/** What is wrong with a record itself: it comes back the same however often it is read. */
const UNUSABLE = [
  'KEY_MISSING',
  'VALUE_MISSING',
  'VALUE_UNDECODABLE',
  'VALUE_INVALID',
  'SCHEMA_UNKNOWN',
  'SCHEMA_INCOMPATIBLE',
] as const;

const parseKey = (key: string): unknown => {
  try {
    return JSON.parse(key);
  } catch {
    return undefined;
  }
};

/** Of a composite key: text, or a whole number such as a moment in epoch milliseconds. */
const isKeyPart = (part: unknown): boolean => typeof part === 'string' || Number.isSafeInteger(part);

/** The key columns of a record: its key as text, or the fields of the JSON object that a composite key is. */
const keyOf = (record: KafkaRecord, columns: readonly string[]): Row => {
  const key = record.key?.toString('utf8');
  if (key === undefined) throw new PlatformError('KEY_MISSING', 'a tombstone without a key');
  const [column, ...others] = columns;
  if (column !== undefined && others.length === 0) return { [column]: key };
  const parsed = parseKey(key) as Row | null | undefined;
  const parts = columns.map((name) => [name, parsed?.[name]] as const);
  if (!parts.every(([, part]) => isKeyPart(part))) {
    throw new PlatformError('VALUE_INVALID', `the key is no JSON object of ${columns.join(', ')}`);
  }
  return Object.fromEntries(parts);
};

/**
 * A record is its key's new row, a tombstone takes the row away. A record that is neither is left out, and told:
 * a sink that stopped on it would meet it again after every restart.
 */
const toChange = (
  columns: readonly string[],
  decode: (value: Buffer) => object,
  onSkipped: OnSkippedRecord,
): RowConversion['toChange'] => {
  const changeOf = (record: KafkaRecord): RowChange =>
    record.value === null
      ? { kind: 'delete', key: keyOf(record, columns) }
      : { kind: 'row', row: decode(record.value) as Row };
  return (record) => {
    try {
      return changeOf(record);
    } catch (error) {
      if (!isPlatformError(error, ...UNUSABLE)) throw error;
      onSkipped(record, error);
      return { kind: 'skip' };
    }
  };
};

/** The table of a compacted Avro topic: same fields, upserted by the topic's key. */
export const avroChangelogTable = ({ layer, table, topic }: ChangelogTable): TableDeclaration => {
  const contract = TOPICS[topic];
  if (contract.schema === null) throw new PlatformError('INTERNAL', `topic ${topic} has no schema`);
  return {
    layer,
    table,
    topic,
    schema: tableSchemaFromAvro(contract.schema, { notNull: contract.key }),
    kind: { upsert: contract.key },
    conversion: async (registry, onSkipped) => {
      const codec = await createAvroCodec<object>({ registry, topic });
      return { prepare: codec.prepare, toChange: toChange(contract.key, codec.decode, onSkipped) };
    },
  };
};

/** The table of a compacted JSON topic, whose columns are declared. */
export const jsonChangelogTable = (
  { layer, table, topic }: ChangelogTable,
  schema: TableSchema,
): TableDeclaration => {
  const { key } = TOPICS[topic];
  return {
    layer,
    table,
    topic,
    schema,
    kind: { upsert: key },
    conversion: async (_registry, onSkipped) => ({
      toChange: toChange(key, createJsonCodec<object>(topic).decode, onSkipped),
    }),
  };
};
