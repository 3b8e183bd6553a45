/** The Redis keys of the live view. All carry one prefix, so that a reset touches nothing else in that Redis. */
export type ViewKeys = {
  readonly prefix: string;
  /** Hash: `generation` (a random id made with the view), `cluster_id`, and `position:<topic>:<partition>`. */
  readonly meta: string;
  /** Hash: customer_id → the gold record, byte for byte as it lies on the topic. */
  readonly gold: string;
  /** Hash: customer_id → version of that record. */
  readonly versions: string;
  /** Hash: action_id → an action whose gold record has not arrived yet, as JSON. */
  readonly overlays: string;
  /** Prefix of one hash per customer: history entry key → entry as JSON. */
  readonly historyRows: string;
  /** Prefix of one sorted set per customer: history entry key by the time it happened. */
  readonly historyTimes: string;
};

/** The keys under a prefix such as `marketing-streams:`. */
export const viewKeys = (prefix: string): ViewKeys => ({
  prefix,
  meta: `${prefix}view`,
  gold: `${prefix}gold`,
  versions: `${prefix}versions`,
  overlays: `${prefix}overlays`,
  historyRows: `${prefix}history-rows:`,
  historyTimes: `${prefix}history-times:`,
});

/** The field of `meta` that holds the next offset to read of a partition. */
export const positionField = (topic: string, partition: number): string => `position:${topic}:${partition}`;
