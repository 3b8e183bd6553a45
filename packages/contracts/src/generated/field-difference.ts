// Generated from schemas/ by `npm run generate`; change the schema, not this file.
/** One field with its two values, as JSON text. */
export type FieldDifference = {
  /** Name of the field. */
  readonly field: string;
  /** Value of the live aggregation. */
  readonly live: string;
  /** Value of the gold record. */
  readonly gold: string;
};
