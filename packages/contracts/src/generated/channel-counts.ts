// Generated from schemas/ by `npm run generate`; change the schema, not this file.
/** Deliveries of one channel. */
export type ChannelCounts = {
  /** Messages delivered. */
  readonly delivered: number;
  /** Messages that failed. */
  readonly failed: number;
};
