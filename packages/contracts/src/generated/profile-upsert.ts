// Generated from schemas/ by `npm run generate`; change the schema, not this file.
import type { EpochMilliseconds } from '../time.ts';

/** A patch of a customer profile: a null leaves the field as it was. Patches merge field by field by (updated_at, offset). */
export type ProfileUpsert = {
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
  /** Whether the customer takes part; null leaves it as it was. */
  readonly is_active: boolean | null;
  /** A stage somebody sent, kept as information only; the computed stage counts. */
  readonly lifecycle_stage: string | null;
  /** System the patch comes from, e.g. webapp, producer, or lifecycle for patches that gold publishes. */
  readonly source: string;
  /** When the change happened. */
  readonly updated_at: EpochMilliseconds;
};

/** The registered schema of ProfileUpsert: `schemas/dom.customer.profile.upsert.v1.avsc` without white space. */
export const PROFILE_UPSERT_SCHEMA =
  '{"type":"record","name":"ProfileUpsert","namespace":"marketing_streams","doc":"A patch of a customer profile: a null leaves the field as it was. Patches merge field by field by (updated_at, offset).","fields":[{"name":"customer_id","doc":"The customer; also the message key.","type":"string"},{"name":"email","doc":"E-mail address.","type":["null","string"],"default":null},{"name":"first_name","doc":"Given name.","type":["null","string"],"default":null},{"name":"last_name","doc":"Family name.","type":["null","string"],"default":null},{"name":"phone","doc":"Phone number as given.","type":["null","string"],"default":null},{"name":"is_active","doc":"Whether the customer takes part; null leaves it as it was.","type":["null","boolean"],"default":null},{"name":"lifecycle_stage","doc":"A stage somebody sent, kept as information only; the computed stage counts.","type":["null","string"],"default":null},{"name":"source","doc":"System the patch comes from, e.g. webapp, producer, or lifecycle for patches that gold publishes.","type":"string"},{"name":"updated_at","doc":"When the change happened.","type":{"type":"long","logicalType":"timestamp-millis"}}]}';
