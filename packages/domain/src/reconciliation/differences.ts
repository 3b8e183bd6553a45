import { type Cents, numberFromCents } from '../money.ts';

/** What live aggregation and gold both say of a customer; amounts in cents. */
export type CustomerSide = {
  readonly email: string | null;
  readonly first_name: string | null;
  readonly last_name: string | null;
  readonly phone: string | null;
  readonly is_active: boolean | null;
  readonly lifecycle_stage: string;
  readonly order_count: number;
  readonly lifetime_value: Cents;
  readonly delivered: number;
  readonly failed: number;
  readonly engagement_rate: number;
};

/** The fields that are compared, in the order in which differences are told. */
export const COMPARED_FIELDS = [
  'email',
  'first_name',
  'last_name',
  'phone',
  'is_active',
  'lifecycle_stage',
  'order_count',
  'lifetime_value',
  'delivered',
  'failed',
  'engagement_rate',
] as const satisfies readonly (keyof CustomerSide)[];

/** Stands for a customer of whom only one side knows. */
export const WHOLE_CUSTOMER = 'customer_id';

/** A field in which the sides differ, `customer_id` when one does not know the customer. */
export type ComparedField = (typeof COMPARED_FIELDS)[number] | typeof WHOLE_CUSTOMER;

/** One field with its two values as JSON text; amounts in units. */
export type Difference = { readonly field: ComparedField; readonly live: string; readonly gold: string };

/** The compared fields of a row of either side. */
export const sideOf = (row: CustomerSide): CustomerSide => ({
  email: row.email,
  first_name: row.first_name,
  last_name: row.last_name,
  phone: row.phone,
  is_active: row.is_active,
  lifecycle_stage: row.lifecycle_stage,
  order_count: row.order_count,
  lifetime_value: row.lifetime_value,
  delivered: row.delivered,
  failed: row.failed,
  engagement_rate: row.engagement_rate,
});

/** True when both say the same of every field, or neither knows the customer. */
export const saySame = (a: CustomerSide | null, b: CustomerSide | null): boolean =>
  a === null || b === null ? a === b : COMPARED_FIELDS.every((field) => a[field] === b[field]);

const textOf = (side: CustomerSide, field: keyof CustomerSide): string =>
  JSON.stringify(field === 'lifetime_value' ? numberFromCents(side.lifetime_value) : side[field]);

/** The fields in which the two differ; none when they say the same. Null: that side does not know the customer. */
export const differencesOf = (
  customerId: string,
  live: CustomerSide | null,
  gold: CustomerSide | null,
): readonly Difference[] => {
  if (live === null || gold === null) {
    if (live === gold) return [];
    const known = (side: CustomerSide | null): string =>
      side === null ? 'null' : JSON.stringify(customerId);
    return [{ field: WHOLE_CUSTOMER, live: known(live), gold: known(gold) }];
  }
  return COMPARED_FIELDS.filter((field) => live[field] !== gold[field]).map((field) => ({
    field,
    live: textOf(live, field),
    gold: textOf(gold, field),
  }));
};
