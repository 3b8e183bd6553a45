import { createAvroCodec } from '@marketing-streams/contracts/avro-codec';
import type { KafkaRecord } from '@marketing-streams/contracts/record';
import { TOPICS, type TopicName } from '@marketing-streams/contracts/topics';
import { column, type TableSchema } from '@marketing-streams/lakehouse/schema/table-schema';
import type { TableDeclaration } from '@marketing-streams/table-sink/table-declaration';
import { bronzeRow } from './bronze-row.ts';
import { readableJson } from './readable-json.ts';

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

const bronzeTable = (table: string, topic: TopicName): TableDeclaration => ({
  layer: 'bronze',
  table,
  topic,
  schema: BRONZE_COLUMNS,
  kind: 'append',
  conversion: async (registry) => {
    const codec = await createAvroCodec<object>({ registry, topic });
    const toJson = readableJson(TOPICS[topic].schema ?? '');
    const decode = (record: KafkaRecord): string | null =>
      record.value === null ? null : toJson(codec.decode(record.value));
    return {
      prepare: codec.prepare,
      toChange: (record) => ({ kind: 'row', row: bronzeRow(record, codec.schemaIdOf, decode, Date.now()) }),
    };
  },
});

/** Every input topic as an append-only Delta table. */
export const tables: readonly TableDeclaration[] = [
  bronzeTable('customer_profiles', 'dom.customer.profile.upsert.v1'),
  bronzeTable('orders', 'dom.order.placed.v1'),
  bronzeTable('activations', 'dom.activation.delivery.status.v1'),
];
