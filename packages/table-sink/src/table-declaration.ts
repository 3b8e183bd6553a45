import type { KafkaRecord } from '@marketing-streams/contracts/record';
import type { SchemaRegistry } from '@marketing-streams/contracts/schema-registry';
import type { TopicName } from '@marketing-streams/contracts/topics';
import type { TableSchema } from '@marketing-streams/lakehouse/schema/table-schema';
import type { RowChange } from '@marketing-streams/lakehouse/sink-types';
import type { TableKind } from '@marketing-streams/lakehouse/table-types';
import type { PlatformError } from '@marketing-streams/platform/errors';

/** How a topic's records become a table's rows. */
export type RowConversion = {
  /** Asynchronous work before a batch is converted, e.g. resolving unknown schema ids. */
  readonly prepare?: (records: readonly KafkaRecord[]) => Promise<void>;
  readonly toChange: (record: KafkaRecord) => RowChange;
};

/** Is told of every record that cannot become a row and is left out of its table. */
export type OnSkippedRecord = (record: KafkaRecord, reason: PlatformError) => void;

/** A Delta table and the topic it materialises. */
export type TableDeclaration = {
  readonly layer: 'bronze' | 'silver' | 'gold';
  readonly table: string;
  readonly topic: TopicName;
  readonly schema: TableSchema;
  readonly kind: TableKind;
  readonly conversion: (registry: SchemaRegistry, onSkipped: OnSkippedRecord) => Promise<RowConversion>;
};
