// Generated from schemas/ by `npm run generate`; change the schema, not this file.
import type { Cents } from '@marketing-streams/domain/money';

/** One line of an order. */
export type OrderItem = {
  /** Stock keeping unit of the article. */
  readonly sku: string;
  /** Name of the article as shown to the customer. */
  readonly name: string;
  /** Category of the article. */
  readonly category: string;
  /** Number of pieces. */
  readonly quantity: number;
  /** Price of one piece in the order's currency. */
  readonly unit_price: Cents;
};
