// Generated from schemas/ by `npm run generate`; change the schema, not this file.
/** A record that the two sides took differently. */
export type ExplainingRecord = {
  /** Input topic. */
  readonly topic: string;
  /** Partition. */
  readonly partition: number;
  /** Offset. */
  readonly offset: number;
  /** What became of it, in words. */
  readonly detail: string;
};
