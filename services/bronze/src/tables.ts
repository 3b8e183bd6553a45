import { createAvroCodec } from '@marketing-streams/contracts/avro-codec';
import { createJsonCodec } from '@marketing-streams/contracts/json-codec';
import type { KafkaRecord } from '@marketing-streams/contracts/record';
import type { SchemaRegistry } from '@marketing-streams/contracts/schema-registry';
import { TOPICS, type TopicName } from '@marketing-streams/contracts/topics';
import { column, type TableSchema } from '@marketing-streams/lakehouse/schema/table-schema';
import type { RowConversion, TableDeclaration } from '@marketing-streams/table-sink/table-declaration';
import { bronzeRow } from './bronze-row.ts';
import { readableJson, readableJsonContract } from './readable-json.ts';

const always = { nullable: false };

/** Every bronze table has these columns: the record byte for byte, its place, and what could be made of it. */
const BRONZE_COLUMNS: TableSchema = [
  column.binary('key'),
  column.binary('value'),
  column.list(
    'headers',
    { type: 'struct', fields: [column.string('name', always), column.binary('value', always)] },
    always,
  ),
  column.string('topic', always),
  column.int('partition', always),
  column.long('offset', always),
  column.timestamp('timestamp', always),
  column.int('schema_id'),
  column.string('decoded'),
  column.timestamp('ingested_at', always),
];

/** How the values of a topic are read: their schema's id, and what people can read of them. */
type Reading = Pick<RowConversion, 'prepare'> & {
  readonly schemaIdOf: (value: Buffer) => number | null;
  readonly toJson: (value: Buffer) => string;
};

const readAvro =
  (topic: TopicName) =>
  async (registry: SchemaRegistry): Promise<Reading> => {
    const { prepare, schemaIdOf, decode } = await createAvroCodec<object>({ registry, topic });
    const toJson = readableJson(TOPICS[topic].schema ?? '');
    return { prepare, schemaIdOf, toJson: (value) => toJson(decode(value)) };
  };

const readJson = (topic: TopicName) => async (): Promise<Reading> => {
  const { decode } = createJsonCodec<object>(topic);
  const toJson = readableJsonContract(TOPICS[topic].schema ?? '');
  return { schemaIdOf: () => null, toJson: (value) => toJson(decode(value)) };
};

const bronzeTable = (
  table: string,
  topic: TopicName,
  read: (registry: SchemaRegistry) => Promise<Reading> = readAvro(topic),
): TableDeclaration => ({
  layer: 'bronze',
  table,
  topic,
  schema: BRONZE_COLUMNS,
  kind: 'append',
  conversion: async (registry) => {
    const { prepare, schemaIdOf, toJson } = await read(registry);
    const decode = ({ value }: KafkaRecord): string | null => (value === null ? null : toJson(value));
    return {
      ...(prepare === undefined ? {} : { prepare }),
      toChange: (record) => ({ kind: 'row', row: bronzeRow(record, schemaIdOf, decode, Date.now()) }),
    };
  },
});

/** Every input topic as an append-only Delta table. */
export const tables: readonly TableDeclaration[] = [
  bronzeTable('customer_profiles', 'dom.customer.profile.upsert.v1'),
  bronzeTable('orders', 'dom.order.placed.v1'),
  bronzeTable('activations', 'dom.activation.delivery.status.v1'),
  bronzeTable('ad_events', 'logs', readJson('logs')),
];
