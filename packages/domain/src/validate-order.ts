import { type Cents, formatMoney, REPORTING_CURRENCY } from './money.ts';
import { ORDER_STATUSES, type OrderEvent, type OrderItem } from './order.ts';
import {
  checkId,
  checkOneOf,
  checkTime,
  collectProblems,
  type ProblemCollector,
  type ValidationProblem,
} from './validation.ts';

/**
 * No single order or price is larger: ten million. What is larger is a mistake, and sums of a customer's orders
 * stay far within `MAX_CENTS`.
 */
export const MAX_ORDER_AMOUNT: Cents = 1_000_000_000;

const checkAmount = (collector: ProblemCollector, field: string, value: Cents): void => {
  if (!Number.isSafeInteger(value)) collector.add(field, value, 'must be a whole number of cents');
  else if (value < 0) collector.add(field, value, 'must not be negative');
  else if (value > MAX_ORDER_AMOUNT) {
    collector.add(field, value, `must not be more than ${formatMoney(MAX_ORDER_AMOUNT)}`);
  }
};

const checkItem = (collector: ProblemCollector, item: OrderItem, index: number): void => {
  if (item.sku.trim() === '') collector.add(`items[${index}].sku`, item.sku, 'must not be empty');
  if (!Number.isSafeInteger(item.quantity) || item.quantity < 1) {
    collector.add(`items[${index}].quantity`, item.quantity, 'must be a whole number of at least 1');
  }
  checkAmount(collector, `items[${index}].unit_price`, item.unit_price);
};

/**
 * The problems of an order's values; amounts in cents. `reference`, the time of the record in epoch
 * milliseconds, stands for now, so that the same record gets the same verdict when it is folded again. The total
 * need not be the sum of the items: shipping, discounts and taxes are no items.
 */
export const validateOrder = (order: OrderEvent, reference: number): readonly ValidationProblem[] => {
  const collector = collectProblems();
  checkId(collector, 'order_id', order.order_id);
  checkId(collector, 'customer_id', order.customer_id);
  checkOneOf(collector, 'status', order.status, ORDER_STATUSES);
  checkAmount(collector, 'total_amount', order.total_amount);
  if (order.currency !== REPORTING_CURRENCY) {
    collector.add('currency', order.currency, `must be ${REPORTING_CURRENCY}, the reporting currency`);
  }
  for (let index = 0; index < order.items.length; index += 1) {
    checkItem(collector, order.items[index]!, index);
  }
  checkTime(collector, 'placed_at', order.placed_at, reference);
  if (order.updated_at !== null) checkTime(collector, 'updated_at', order.updated_at, reference);
  return collector.problems();
};
