import { createAvroCodec } from '@marketing-streams/contracts/avro-codec';
import { createJsonCodec } from '@marketing-streams/contracts/json-codec';
import type { KafkaRecord } from '@marketing-streams/contracts/record';
import { TOPICS, type TopicName } from '@marketing-streams/contracts/topics';
import { tableSchemaFromAvro } from '@marketing-streams/lakehouse/schema/from-avro';
import type { Row, TableSchema } from '@marketing-streams/lakehouse/schema/table-schema';
import type { RowChange } from '@marketing-streams/lakehouse/sink-types';
import { PlatformError } from '@marketing-streams/platform/errors';
import type { TableDeclaration } from './table-declaration.ts';

type ChangelogTable = {
  readonly layer: 'silver' | 'gold';
  readonly table: string;
  readonly topic: TopicName;
};

const keyOf = (record: KafkaRecord, columns: readonly string[]): Row => {
  const key = record.key?.toString('utf8');
  if (key === undefined) {
    const place = `${record.topic}/${record.partition}/${record.offset}`;
    throw new PlatformError('KEY_MISSING', `a changelog record without a key at ${place}`);
  }
  const [column, ...others] = columns;
  return column !== undefined && others.length === 0 ? { [column]: key } : (JSON.parse(key) as Row);
};

/** A record is its key's new row, a tombstone takes the row away. */
const toChange =
  (columns: readonly string[], decode: (value: Buffer) => object) =>
  (record: KafkaRecord): RowChange =>
    record.value === null
      ? { kind: 'delete', key: keyOf(record, columns) }
      : { kind: 'row', row: decode(record.value) as Row };

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
    conversion: async (registry) => {
      const codec = await createAvroCodec<object>({ registry, topic });
      return { prepare: codec.prepare, toChange: toChange(contract.key, codec.decode) };
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
    conversion: async () => ({ toChange: toChange(key, createJsonCodec<object>(topic).decode) }),
  };
};
