// Generated from schemas/ by `npm run generate`; change the schema, not this file.
import type { LifecycleStage } from './lifecycle-stage.ts';
import type { Cents } from '@marketing-streams/domain/money';

/** The live aggregation of a customer. */
export type CustomerConsolidated = {
  /** The customer; also the message key. */
  readonly customer_id: string;
  /** E-mail address. */
  readonly email: string | null;
  /** Given name. */
  readonly first_name: string | null;
  /** Family name. */
  readonly last_name: string | null;
  /** Phone number as given. */
  readonly phone: string | null;
  /** Whether the customer takes part. */
  readonly is_active: boolean | null;
  /** How far a customer has come, computed from orders and engagement. */
  readonly lifecycle_stage: LifecycleStage;
  /** Orders that are neither cancelled nor refunded. */
  readonly order_count: number;
  /** Sum of those orders in the reporting currency. */
  readonly lifetime_value: Cents;
  /** Messages delivered. */
  readonly delivered: number;
  /** Messages that failed. */
  readonly failed: number;
  /** delivered / (delivered + failed), from 0 to 1, 0 without messages. */
  readonly engagement_rate: number;
};

/** The registered schema of CustomerConsolidated: `schemas/dom.customer.consolidated.v1.schema.json` without white space. */
export const CUSTOMER_CONSOLIDATED_SCHEMA =
  '{"$schema":"http://json-schema.org/draft-07/schema#","$id":"urn:marketing-streams:dom.customer.consolidated.v1","title":"CustomerConsolidated","description":"The live aggregation of a customer.","type":"object","properties":{"customer_id":{"description":"The customer; also the message key.","type":"string"},"email":{"description":"E-mail address.","type":["string","null"]},"first_name":{"description":"Given name.","type":["string","null"]},"last_name":{"description":"Family name.","type":["string","null"]},"phone":{"description":"Phone number as given.","type":["string","null"]},"is_active":{"description":"Whether the customer takes part.","type":["boolean","null"]},"lifecycle_stage":{"title":"LifecycleStage","description":"How far a customer has come, computed from orders and engagement.","type":"string","enum":["prospect","customer","engaged","high-value","evangelist"]},"order_count":{"description":"Orders that are neither cancelled nor refunded.","type":"integer","minimum":0},"lifetime_value":{"description":"Sum of those orders in the reporting currency.","type":"number","format":"decimal-18-2"},"delivered":{"description":"Messages delivered.","type":"integer","minimum":0},"failed":{"description":"Messages that failed.","type":"integer","minimum":0},"engagement_rate":{"description":"delivered / (delivered + failed), from 0 to 1, 0 without messages.","type":"number","minimum":0,"maximum":1}},"required":["customer_id","email","first_name","last_name","phone","is_active","lifecycle_stage","order_count","lifetime_value","delivered","failed","engagement_rate"],"additionalProperties":false}';
