// Generated from schemas/ by `npm run generate`; change the schema, not this file.
import type { EpochMilliseconds } from '../time.ts';
import type { DifferenceCause } from './difference-cause.ts';
import type { ExplainingRecord } from './explaining-record.ts';
import type { FieldDifference } from './field-difference.ts';

/** A customer of whom live aggregation and gold do not say the same; a tombstone once they do. */
export type Reconciliation = {
  /** The customer; also the message key. */
  readonly customer_id: string;
  /** The fields in which live aggregation and gold differ. */
  readonly differences: readonly FieldDifference[];
  /** Why they differ; under-way while the other side has not caught up. */
  readonly cause: DifferenceCause;
  /** The records that explain it: place on an input topic and what became of them. */
  readonly records: readonly ExplainingRecord[];
  /** When the difference was first seen, wall clock. */
  readonly since: EpochMilliseconds;
};

/** The registered schema of Reconciliation: `schemas/ops.reconciliation.v1.schema.json` without white space. */
export const RECONCILIATION_SCHEMA =
  '{"$schema":"http://json-schema.org/draft-07/schema#","$id":"urn:marketing-streams:ops.reconciliation.v1","title":"Reconciliation","description":"A customer of whom live aggregation and gold do not say the same; a tombstone once they do.","type":"object","properties":{"customer_id":{"description":"The customer; also the message key.","type":"string"},"differences":{"description":"The fields in which live aggregation and gold differ.","type":"array","items":{"title":"FieldDifference","description":"One field with its two values, as JSON text.","type":"object","properties":{"field":{"description":"Name of the field.","type":"string"},"live":{"description":"Value of the live aggregation.","type":"string"},"gold":{"description":"Value of the gold record.","type":"string"}},"required":["field","live","gold"],"additionalProperties":false}},"cause":{"title":"DifferenceCause","description":"Why they differ; under-way while the other side has not caught up.","type":"string","enum":["under-way","rejected","misplaced","overtaken","unknown"]},"records":{"description":"The records that explain it: place on an input topic and what became of them.","type":"array","items":{"title":"ExplainingRecord","description":"A record that the two sides took differently.","type":"object","properties":{"topic":{"description":"Input topic.","type":"string"},"partition":{"description":"Partition.","type":"integer","minimum":0},"offset":{"description":"Offset.","type":"integer","minimum":0},"detail":{"description":"What became of it, in words.","type":"string"}},"required":["topic","partition","offset","detail"],"additionalProperties":false}},"since":{"description":"When the difference was first seen, wall clock.","type":"integer","format":"timestamp-millis"}},"required":["customer_id","differences","cause","records","since"],"additionalProperties":false}';
