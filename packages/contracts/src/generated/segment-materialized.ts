// Generated from schemas/ by `npm run generate`; change the schema, not this file.
import type { EpochMilliseconds } from '../time.ts';

/** The segments a customer is in at present. */
export type SegmentMaterialized = {
  /** The customer; also the message key. */
  readonly customer_id: string;
  /** Names of the segments in alphabetical order. */
  readonly segments: readonly string[];
  /** Event time the membership holds for. */
  readonly evaluated_at: EpochMilliseconds;
};

/** The registered schema of SegmentMaterialized: `schemas/dom.segment.materialized.v1.avsc` without white space. */
export const SEGMENT_MATERIALIZED_SCHEMA =
  '{"type":"record","name":"SegmentMaterialized","namespace":"marketing_streams","doc":"The segments a customer is in at present.","fields":[{"name":"customer_id","doc":"The customer; also the message key.","type":"string"},{"name":"segments","doc":"Names of the segments in alphabetical order.","type":{"type":"array","items":"string"}},{"name":"evaluated_at","doc":"Event time the membership holds for.","type":{"type":"long","logicalType":"timestamp-millis"}}]}';
