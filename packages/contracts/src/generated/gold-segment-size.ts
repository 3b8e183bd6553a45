// Generated from schemas/ by `npm run generate`; change the schema, not this file.
import type { EpochMilliseconds } from '../time.ts';

/** How many customers a segment had at the end of a minute in which it changed. */
export type GoldSegmentSize = {
  /** Name of the segment. */
  readonly segment: string;
  /** First moment of the minute. */
  readonly minute: EpochMilliseconds;
  /** Customers in the segment after the last change of the minute. */
  readonly members: number;
  /** Customers that entered within the minute. */
  readonly entered: number;
  /** Customers that left within the minute. */
  readonly left: number;
};

/** The registered schema of GoldSegmentSize: `schemas/gold.segment_sizes.v1.avsc` without white space. */
export const GOLD_SEGMENT_SIZE_SCHEMA =
  '{"type":"record","name":"GoldSegmentSize","namespace":"marketing_streams","doc":"How many customers a segment had at the end of a minute in which it changed.","fields":[{"name":"segment","doc":"Name of the segment.","type":"string"},{"name":"minute","doc":"First moment of the minute.","type":{"type":"long","logicalType":"timestamp-millis"}},{"name":"members","doc":"Customers in the segment after the last change of the minute.","type":"long"},{"name":"entered","doc":"Customers that entered within the minute.","type":"long"},{"name":"left","doc":"Customers that left within the minute.","type":"long"}]}';
