import type { Channel, DeliveryStatus } from './engagement.ts';
import type { Cents } from './money.ts';
import { type OrderRow, orderStands } from './order.ts';
import type { ProfileRow } from './profile.ts';

/** What an order row gives to its customer; kept per row, so that it can be taken away again. */
export type OrderContribution = {
  /** True when the order stands; a cancelled or refunded one counts for activity only. */
  readonly counted: boolean;
  readonly amount: Cents;
  /** Epoch milliseconds. */
  readonly placed_at: number;
  /** Epoch milliseconds. */
  readonly updated_at: number;
};

/** What a delivery row gives to its customer. */
export type ActivationContribution = {
  readonly channel: Channel;
  readonly status: DeliveryStatus;
  /** Epoch milliseconds. */
  readonly occurred_at: number;
};

/** What the profile row gives to its customer. */
export type ProfileContribution = {
  readonly email: string | null;
  readonly first_name: string | null;
  readonly last_name: string | null;
  readonly phone: string | null;
  /** What somebody set, and when; null when nobody did. */
  readonly is_active: { readonly value: boolean; readonly updated_at: number } | null;
  readonly created_at: number;
  readonly updated_at: number;
};

/** What an order row contributes. */
export const orderContribution = (row: OrderRow): OrderContribution => ({
  counted: orderStands(row),
  amount: row.total_amount,
  placed_at: row.placed_at,
  updated_at: row.updated_at,
});

/** What a delivery row contributes. */
export const activationContribution = (row: ActivationContribution): ActivationContribution => ({
  channel: row.channel,
  status: row.status,
  occurred_at: row.occurred_at,
});

/** What a profile row contributes. */
export const profileContribution = (row: ProfileRow): ProfileContribution => {
  const setAt = row.field_updates['is_active'];
  return {
    email: row.email,
    first_name: row.first_name,
    last_name: row.last_name,
    phone: row.phone,
    is_active:
      row.is_active === null || setAt === undefined
        ? null
        : { value: row.is_active, updated_at: setAt.updated_at },
    created_at: row.created_at,
    updated_at: row.updated_at,
  };
};
