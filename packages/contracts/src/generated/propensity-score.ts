// Generated from schemas/ by `npm run generate`; change the schema, not this file.
import type { EpochMilliseconds } from '../time.ts';
import type { PropensityFactor } from './propensity-factor.ts';

/** How likely a customer is to order again. */
export type PropensityScore = {
  /** The customer; also the message key. */
  readonly customer_id: string;
  /** Probability of another order within 30 days, from 0 to 1. */
  readonly score: number;
  /** Version of the model that scored. */
  readonly model_version: string;
  /** What the score is made of. */
  readonly factors: readonly PropensityFactor[];
  /** Time the score holds for. */
  readonly scored_at: EpochMilliseconds;
};

/** The registered schema of PropensityScore: `schemas/dom.propensity.score.v1.schema.json` without white space. */
export const PROPENSITY_SCORE_SCHEMA =
  '{"$schema":"http://json-schema.org/draft-07/schema#","$id":"urn:marketing-streams:dom.propensity.score.v1","title":"PropensityScore","description":"How likely a customer is to order again.","type":"object","properties":{"customer_id":{"description":"The customer; also the message key.","type":"string"},"score":{"description":"Probability of another order within 30 days, from 0 to 1.","type":"number","minimum":0,"maximum":1},"model_version":{"description":"Version of the model that scored.","type":"string"},"factors":{"description":"What the score is made of.","type":"array","items":{"title":"PropensityFactor","description":"One input of a propensity score and what it did to it.","type":"object","properties":{"name":{"description":"Name of the input.","type":"string"},"value":{"description":"Its value for this customer.","type":"number"},"contribution":{"description":"What it adds to the log-odds of the score.","type":"number"}},"required":["name","value","contribution"],"additionalProperties":false}},"scored_at":{"description":"Time the score holds for.","type":"integer","format":"timestamp-millis"}},"required":["customer_id","score","model_version","factors","scored_at"],"additionalProperties":false}';
