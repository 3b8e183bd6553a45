import { CHANNELS, DELIVERY_STATUSES } from '@marketing-streams/domain/engagement';
import {
  type Cents,
  centsFromNumber,
  formatMoney,
  REPORTING_CURRENCY,
} from '@marketing-streams/domain/money';
import { ORDER_STATUSES } from '@marketing-streams/domain/order';
import { MAX_ORDER_AMOUNT } from '@marketing-streams/domain/validate-order';
import { isEmail } from '@marketing-streams/domain/validate-profile';
import { z } from 'zod';

const LONGEST_NAME = 100;
const MOST_ITEMS = 200;
const MOST_PIECES = 10_000;

/** Currency units with at most two decimals in a request, whole cents after it. */
const money = z
  .number('must be a number')
  .min(0, 'must not be negative')
  .transform((amount, context): Cents => {
    try {
      const cents = centsFromNumber(amount);
      if (cents <= MAX_ORDER_AMOUNT) return cents;
      context.addIssue({ code: 'custom', message: `must not be more than ${formatMoney(MAX_ORDER_AMOUNT)}` });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      context.addIssue({ code: 'custom', message: 'must have at most two decimals' });
    }
    return z.NEVER;
  });

const text = (longest: number) =>
  z
    .string('must be text')
    .trim()
    .min(1, 'must not be empty')
    .max(longest, `must not be longer than ${longest} characters`);

const identifier = z
  .string('must be text')
  .regex(/^[\w.:-]{1,100}$/, 'must be 1 to 100 letters, digits, dots, colons, dashes or underscores');

const oneOf = <const Values extends readonly [string, ...string[]]>(values: Values) =>
  z.enum(values, `must be one of ${values.join(', ')}`);

/** Body of `POST /api/customers`. */
export const customerRequest = z.strictObject({
  first_name: text(LONGEST_NAME),
  last_name: text(LONGEST_NAME),
  email: z.string('must be text').trim().refine(isEmail, 'must look like name@example.com'),
  phone: z
    .string('must be text')
    .trim()
    .regex(/^\+?[\d\s().-]{5,30}$/, 'must be a phone number such as +1 555 010 0199')
    .optional(),
});
export type CustomerRequest = z.infer<typeof customerRequest>;

const itemRequest = z.strictObject({
  sku: text(LONGEST_NAME),
  name: text(LONGEST_NAME),
  category: text(LONGEST_NAME),
  quantity: z
    .int('must be a whole number')
    .min(1, 'must be at least 1')
    .max(MOST_PIECES, `must not be more than ${MOST_PIECES}`),
  unit_price: money,
});

/**
 * Body of `POST /api/customers/{id}/orders`. Empty: a random, realistic order. `total_amount` alone: an order
 * without items. `items` alone: their sum is the total. An `order_id` with status CANCELLED or REFUNDED and
 * nothing else takes a known order out again.
 */
export const orderRequest = z.strictObject({
  order_id: identifier.optional(),
  status: oneOf(ORDER_STATUSES).optional(),
  total_amount: money.optional(),
  currency: z.literal(REPORTING_CURRENCY, `must be ${REPORTING_CURRENCY}`).optional(),
  items: z
    .array(itemRequest, 'must be a list of items')
    .min(1, 'must not be empty')
    .max(MOST_ITEMS, `must not have more than ${MOST_ITEMS} items`)
    .optional(),
});
export type OrderRequest = z.infer<typeof orderRequest>;

/** Body of `POST /api/customers/{id}/engagements`. Empty: a random channel, delivered three times of four. */
export const engagementRequest = z.strictObject({
  channel: oneOf(CHANNELS).optional(),
  status: oneOf(DELIVERY_STATUSES).optional(),
  campaign_id: identifier.optional(),
});
export type EngagementRequest = z.infer<typeof engagementRequest>;
