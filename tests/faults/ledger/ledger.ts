import type { ActivationDeliveryStatus } from '@marketing-streams/contracts/generated/activation-delivery-status';
import type { OrderPlaced } from '@marketing-streams/contracts/generated/order-placed';
import type { ProfileUpsert } from '@marketing-streams/contracts/generated/profile-upsert';

/** What a customer has to come to, whatever happened on the way; amounts in cents. */
export type ExpectedCustomer = {
  readonly email: string | null;
  readonly first_name: string | null;
  readonly last_name: string | null;
  readonly is_active: boolean;
  readonly lifecycle_stage: string;
  readonly order_count: number;
  readonly lifetime_value: number;
  readonly delivered: number;
  readonly failed: number;
  readonly by_channel: Readonly<Record<string, { readonly delivered: number; readonly failed: number }>>;
};

type Field = 'email' | 'first_name' | 'last_name' | 'is_active';

type Account = {
  readonly fields: Map<Field, { readonly at: number; readonly value: unknown }>;
  readonly orders: Map<string, OrderPlaced>;
  readonly deliveries: Map<string, ActivationDeliveryStatus>;
};

/**
 * The driver's own books. They follow the contracts' words, not the platform's code, so that the two can be held
 * against each other: fields by their newest time, orders by rank and then time, deliveries by time.
 */
export type Ledger = {
  readonly profile: (patch: ProfileUpsert) => void;
  readonly order: (order: OrderPlaced) => void;
  readonly delivery: (delivery: ActivationDeliveryStatus) => void;
  readonly customerIds: () => readonly string[];
  readonly expected: (customerId: string) => ExpectedCustomer;
  /** Every order that was ever sent, as it has to stand in the end. */
  readonly orders: () => readonly OrderPlaced[];
  /** Every delivery that was ever sent, as it has to stand in the end. */
  readonly deliveries: () => readonly ActivationDeliveryStatus[];
};

const FIELDS: readonly Field[] = ['email', 'first_name', 'last_name', 'is_active'];
const RANK = { PLACED: 0, CANCELLED: 1, REFUNDED: 2 } as const;
const HIGH_VALUE_CENTS = 500_000;

const updatedAt = (order: OrderPlaced): number => order.updated_at ?? order.placed_at;

const stageOf = (count: number, value: number, delivered: number, failed: number): string => {
  const rate = delivered + failed === 0 ? 0 : delivered / (delivered + failed);
  if (value > HIGH_VALUE_CENTS) return rate >= 0.7 ? 'evangelist' : 'high-value';
  if (count === 0) return 'prospect';
  return rate > 0.5 ? 'engaged' : 'customer';
};

const isActive = (account: Account): boolean => {
  const setting = account.fields.get('is_active');
  const lastOrder = Math.max(-Infinity, ...[...account.orders.values()].map((order) => order.placed_at));
  if (account.orders.size > 0 && lastOrder >= (setting?.at ?? -Infinity)) return true;
  return setting?.value === true;
};

const channelsOf = (
  deliveries: readonly ActivationDeliveryStatus[],
): Record<string, { delivered: number; failed: number }> => {
  const channels: Record<string, { delivered: number; failed: number }> = {};
  for (const { channel, status } of deliveries) {
    channels[channel] ??= { delivered: 0, failed: 0 };
    channels[channel][status === 'DELIVERED' ? 'delivered' : 'failed']++;
  }
  return channels;
};

const balanceOf = (account: Account): ExpectedCustomer => {
  const text = (field: Field): string | null =>
    (account.fields.get(field)?.value as string | undefined) ?? null;
  const standing = [...account.orders.values()].filter(({ status }) => status === 'PLACED');
  const deliveries = [...account.deliveries.values()];
  const delivered = deliveries.filter(({ status }) => status === 'DELIVERED').length;
  const failed = deliveries.length - delivered;
  const lifetimeValue = standing.reduce((sum, order) => sum + order.total_amount, 0);
  return {
    email: text('email'),
    first_name: text('first_name'),
    last_name: text('last_name'),
    is_active: isActive(account),
    lifecycle_stage: stageOf(standing.length, lifetimeValue, delivered, failed),
    order_count: standing.length,
    lifetime_value: lifetimeValue,
    delivered,
    failed,
    by_channel: channelsOf(deliveries),
  };
};

/** Empty books. Events of one row never share a time unless they are the same event. */
export const createLedger = (): Ledger => {
  const accounts = new Map<string, Account>();
  const accountOf = (customerId: string): Account => {
    let account = accounts.get(customerId);
    if (account === undefined) {
      account = { fields: new Map(), orders: new Map(), deliveries: new Map() };
      accounts.set(customerId, account);
    }
    return account;
  };
  return {
    profile: (patch) => {
      const { fields } = accountOf(patch.customer_id);
      for (const field of FIELDS) {
        const value = patch[field];
        if (value === null || patch.updated_at < (fields.get(field)?.at ?? -Infinity)) continue;
        fields.set(field, { at: patch.updated_at, value });
      }
    },
    order: (order) => {
      const { orders } = accountOf(order.customer_id);
      const known = orders.get(order.order_id);
      const isNewer =
        known === undefined ||
        RANK[order.status] > RANK[known.status] ||
        (order.status === known.status && updatedAt(order) > updatedAt(known));
      if (isNewer) orders.set(order.order_id, order);
    },
    delivery: (delivery) => {
      const { deliveries } = accountOf(delivery.customer_id);
      const known = deliveries.get(delivery.activation_id);
      if (known === undefined || delivery.occurred_at > known.occurred_at) {
        deliveries.set(delivery.activation_id, delivery);
      }
    },
    customerIds: () => [...accounts.keys()],
    expected: (customerId) => balanceOf(accountOf(customerId)),
    orders: () => [...accounts.values()].flatMap(({ orders }) => [...orders.values()]),
    deliveries: () => [...accounts.values()].flatMap(({ deliveries }) => [...deliveries.values()]),
  };
};
