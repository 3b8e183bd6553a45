// Generated from schemas/ by `npm run generate`; change the schema, not this file.
import type { EpochMilliseconds } from '../time.ts';
import type { OrderItem } from './order-item.ts';
import type { OrderStatus } from './order-status.ts';
import type { Cents } from '@marketing-streams/domain/money';

/** The state of an order as its shop knows it. The newest by (status rank, updated_at, offset) counts. */
export type OrderPlaced = {
  /** The order, unique within its customer. */
  readonly order_id: string;
  /** The customer; also the message key. */
  readonly customer_id: string;
  /** Where the order stands. */
  readonly status: OrderStatus;
  /** What the customer pays for the whole order, in currency. */
  readonly total_amount: Cents;
  /** ISO 4217 code; only the reporting currency USD is accepted. */
  readonly currency: string;
  /** The lines of the order; may be empty. */
  readonly items: readonly OrderItem[];
  /** When the order was placed. */
  readonly placed_at: EpochMilliseconds;
  /** When the order took this state; null means placed_at. */
  readonly updated_at: EpochMilliseconds | null;
};

/** The registered schema of OrderPlaced: `schemas/dom.order.placed.v1.avsc` without white space. */
export const ORDER_PLACED_SCHEMA =
  '{"type":"record","name":"OrderPlaced","namespace":"marketing_streams","doc":"The state of an order as its shop knows it. The newest by (status rank, updated_at, offset) counts.","fields":[{"name":"order_id","doc":"The order, unique within its customer.","type":"string"},{"name":"customer_id","doc":"The customer; also the message key.","type":"string"},{"name":"status","doc":"Where the order stands.","type":{"type":"enum","name":"OrderStatus","doc":"Where an order stands. CANCELLED and REFUNDED rank above PLACED: a late or replayed PLACED never brings an order back.","symbols":["PLACED","CANCELLED","REFUNDED"]},"default":"PLACED"},{"name":"total_amount","doc":"What the customer pays for the whole order, in currency.","type":{"type":"bytes","logicalType":"decimal","precision":18,"scale":2}},{"name":"currency","doc":"ISO 4217 code; only the reporting currency USD is accepted.","type":"string"},{"name":"items","doc":"The lines of the order; may be empty.","type":{"type":"array","items":{"type":"record","name":"OrderItem","doc":"One line of an order.","fields":[{"name":"sku","doc":"Stock keeping unit of the article.","type":"string"},{"name":"name","doc":"Name of the article as shown to the customer.","type":"string"},{"name":"category","doc":"Category of the article.","type":"string"},{"name":"quantity","doc":"Number of pieces.","type":"int"},{"name":"unit_price","doc":"Price of one piece in the order\'s currency.","type":{"type":"bytes","logicalType":"decimal","precision":18,"scale":2}}]}}},{"name":"placed_at","doc":"When the order was placed.","type":{"type":"long","logicalType":"timestamp-millis"}},{"name":"updated_at","doc":"When the order took this state; null means placed_at.","type":["null",{"type":"long","logicalType":"timestamp-millis"}],"default":null}]}';
