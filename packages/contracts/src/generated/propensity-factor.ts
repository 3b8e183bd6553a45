// Generated from schemas/ by `npm run generate`; change the schema, not this file.
/** One input of a propensity score and what it did to it. */
export type PropensityFactor = {
  /** Name of the input. */
  readonly name: string;
  /** Its value for this customer. */
  readonly value: number;
  /** What it adds to the log-odds of the score. */
  readonly contribution: number;
};
