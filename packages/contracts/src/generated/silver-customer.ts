// Generated from schemas/ by `npm run generate`; change the schema, not this file.
import type { SourceOffset } from '../record.ts';
import type { EpochMilliseconds } from '../time.ts';
import type { FieldUpdate } from './field-update.ts';

/** The merged profile of a customer: every field from the newest patch that carried it. */
export type SilverCustomer = {
  /** The customer; also the message key. */
  readonly customer_id: string;
  /** E-mail address. */
  readonly email: string | null;
  /** Given name. */
  readonly first_name: string | null;
  /** Family name. */
  readonly last_name: string | null;
  /** Phone number as given. */
  readonly phone: string | null;
  /** Whether the customer takes part; null while nobody has said. */
  readonly is_active: boolean | null;
  /** The stage somebody last sent, information only. */
  readonly lifecycle_stage: string | null;
  /** Source of the newest patch. */
  readonly source: string;
  /** Smallest updated_at of all patches. */
  readonly created_at: EpochMilliseconds;
  /** Largest updated_at of all patches. */
  readonly updated_at: EpochMilliseconds;
  /** Per profile field that was ever set, the precedence of its value. */
  readonly field_updates: Readonly<Record<string, FieldUpdate>>;
  /** Newest profile patches that are part of the row. */
  readonly source_offsets: readonly SourceOffset[];
};

/** The registered schema of SilverCustomer: `schemas/silver.customers.v1.avsc` without white space. */
export const SILVER_CUSTOMER_SCHEMA =
  '{"type":"record","name":"SilverCustomer","namespace":"marketing_streams","doc":"The merged profile of a customer: every field from the newest patch that carried it.","fields":[{"name":"customer_id","doc":"The customer; also the message key.","type":"string"},{"name":"email","doc":"E-mail address.","type":["null","string"],"default":null},{"name":"first_name","doc":"Given name.","type":["null","string"],"default":null},{"name":"last_name","doc":"Family name.","type":["null","string"],"default":null},{"name":"phone","doc":"Phone number as given.","type":["null","string"],"default":null},{"name":"is_active","doc":"Whether the customer takes part; null while nobody has said.","type":["null","boolean"],"default":null},{"name":"lifecycle_stage","doc":"The stage somebody last sent, information only.","type":["null","string"],"default":null},{"name":"source","doc":"Source of the newest patch.","type":"string"},{"name":"created_at","doc":"Smallest updated_at of all patches.","type":{"type":"long","logicalType":"timestamp-millis"}},{"name":"updated_at","doc":"Largest updated_at of all patches.","type":{"type":"long","logicalType":"timestamp-millis"}},{"name":"field_updates","doc":"Per profile field that was ever set, the precedence of its value.","type":{"type":"map","values":{"type":"record","name":"FieldUpdate","doc":"Precedence of a field\'s current value: a patch with a larger (updated_at, offset, partition) replaces it.","fields":[{"name":"updated_at","doc":"When the patch that set the field happened.","type":{"type":"long","logicalType":"timestamp-millis"}},{"name":"partition","doc":"Partition of that patch.","type":"int"},{"name":"offset","doc":"Offset of that patch.","type":"long"}]}}},{"name":"source_offsets","doc":"Newest profile patches that are part of the row.","type":{"type":"array","items":{"type":"record","name":"SourceOffset","doc":"The place a fact comes from: the newest offset of a partition of an input topic that is part of the row.","fields":[{"name":"topic","doc":"Name of the input topic.","type":"string"},{"name":"partition","doc":"Partition of that topic.","type":"int"},{"name":"offset","doc":"Offset within the partition.","type":"long"}]}}}]}';
