// Generated from schemas/ by `npm run generate`; change the schema, not this file.
import type { SourceOffset } from '../record.ts';
import type { EpochMilliseconds } from '../time.ts';
import type { OrderItem } from './order-item.ts';
import type { OrderStatus } from './order-status.ts';
import type { Cents } from '@marketing-streams/domain/money';

/** The one valid state of an order. */
export type SilverOrder = {
  /** The order, unique within its customer. */
  readonly order_id: string;
  /** The customer the row belongs to. */
  readonly customer_id: string;
  /** Where the order stands. */
  readonly status: OrderStatus;
  /** What the customer pays for the whole order, in currency. */
  readonly total_amount: Cents;
  /** ISO 4217 code, always the reporting currency. */
  readonly currency: string;
  /** The lines of the order; may be empty. */
  readonly items: readonly OrderItem[];
  /** When the order was placed. */
  readonly placed_at: EpochMilliseconds;
  /** When the order took this state. */
  readonly updated_at: EpochMilliseconds;
  /** The one order event this state comes from. */
  readonly source_offsets: readonly SourceOffset[];
};

/** The registered schema of SilverOrder: `schemas/silver.orders.v1.avsc` without white space. */
export const SILVER_ORDER_SCHEMA =
  '{"type":"record","name":"SilverOrder","namespace":"marketing_streams","doc":"The one valid state of an order.","fields":[{"name":"order_id","doc":"The order, unique within its customer.","type":"string"},{"name":"customer_id","doc":"The customer the row belongs to.","type":"string"},{"name":"status","doc":"Where the order stands.","type":{"type":"enum","name":"OrderStatus","doc":"Where an order stands. CANCELLED and REFUNDED rank above PLACED: a late or replayed PLACED never brings an order back.","symbols":["PLACED","CANCELLED","REFUNDED"]}},{"name":"total_amount","doc":"What the customer pays for the whole order, in currency.","type":{"type":"bytes","logicalType":"decimal","precision":18,"scale":2}},{"name":"currency","doc":"ISO 4217 code, always the reporting currency.","type":"string"},{"name":"items","doc":"The lines of the order; may be empty.","type":{"type":"array","items":{"type":"record","name":"OrderItem","doc":"One line of an order.","fields":[{"name":"sku","doc":"Stock keeping unit of the article.","type":"string"},{"name":"name","doc":"Name of the article as shown to the customer.","type":"string"},{"name":"category","doc":"Category of the article.","type":"string"},{"name":"quantity","doc":"Number of pieces.","type":"int"},{"name":"unit_price","doc":"Price of one piece in the order\'s currency.","type":{"type":"bytes","logicalType":"decimal","precision":18,"scale":2}}]}}},{"name":"placed_at","doc":"When the order was placed.","type":{"type":"long","logicalType":"timestamp-millis"}},{"name":"updated_at","doc":"When the order took this state.","type":{"type":"long","logicalType":"timestamp-millis"}},{"name":"source_offsets","doc":"The one order event this state comes from.","type":{"type":"array","items":{"type":"record","name":"SourceOffset","doc":"The place a fact comes from: the newest offset of a partition of an input topic that is part of the row.","fields":[{"name":"topic","doc":"Name of the input topic.","type":"string"},{"name":"partition","doc":"Partition of that topic.","type":"int"},{"name":"offset","doc":"Offset within the partition.","type":"long"}]}}}]}';
