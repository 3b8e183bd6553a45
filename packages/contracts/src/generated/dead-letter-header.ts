// Generated from schemas/ by `npm run generate`; change the schema, not this file.
/** One header of the original record; a name may occur several times. */
export type DeadLetterHeader = {
  /** Name of the header. */
  readonly name: string;
  /** Its bytes. */
  readonly value: Buffer | null;
};
