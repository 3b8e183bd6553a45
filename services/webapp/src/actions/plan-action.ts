import type { ActivationDeliveryStatus } from '@marketing-streams/contracts/generated/activation-delivery-status';
import type { OrderPlaced } from '@marketing-streams/contracts/generated/order-placed';
import type { ProfileUpsert } from '@marketing-streams/contracts/generated/profile-upsert';
import { CHANNELS } from '@marketing-streams/domain/engagement';
import { formatMoney, REPORTING_CURRENCY } from '@marketing-streams/domain/money';
import { mergeOrder, type OrderEvent, type OrderRow } from '@marketing-streams/domain/order';
import type { SourceOffset } from '@marketing-streams/domain/source-offsets';
import { PlatformError } from '@marketing-streams/platform/errors';
import type { OverlayEffect } from '../view/overlay.ts';
import { invalidRequest } from './parse-request.ts';
import { randomItems, totalOf } from './random-order.ts';
import type { CustomerRequest, EngagementRequest, OrderRequest } from './request-shapes.ts';

/** What the outside world gives an action: the time, chance and ids. Given, so that plans are reproducible. */
export type ActionWorld = {
  /** Epoch milliseconds. */
  readonly now: number;
  /** 0 ≤ x < 1. */
  readonly random: () => number;
  readonly newId: () => string;
};

/** An input record of one of the three input topics. */
export type ProfileEvent = { readonly kind: 'profile'; readonly value: ProfileUpsert };
export type OrderPlacedEvent = { readonly kind: 'order'; readonly value: OrderPlaced };
export type EngagementEvent = { readonly kind: 'engagement'; readonly value: ActivationDeliveryStatus };
export type ActionEvent = ProfileEvent | OrderPlacedEvent | EngagementEvent;

/** An input record to produce, and what it will do to the customer. */
export type ActionPlan<Event extends ActionEvent = ActionEvent> = {
  readonly customer_id: string;
  /** In words for people, e.g. "Order of $12.00". */
  readonly label: string;
  readonly event: Event;
  /** The effect once the record's place is known; null when it will change nothing. */
  readonly effectAt: (position: SourceOffset) => OverlayEffect | null;
};

/** Share of messages that arrive when nobody says how one ended. */
const DELIVERED_SHARE = 0.75;

const FAILURE_REASONS = {
  EMAIL: 'mailbox unavailable',
  SMS: 'number not reachable',
  PUSH: 'device token expired',
  IN_APP: 'session ended',
} as const;

/** A new customer starts as an inactive prospect. */
export const planCustomer = (request: CustomerRequest, world: ActionWorld): ActionPlan<ProfileEvent> => {
  const value: ProfileUpsert = {
    customer_id: `cus_${world.newId()}`,
    email: request.email,
    first_name: request.first_name,
    last_name: request.last_name,
    phone: request.phone ?? null,
    is_active: false,
    lifecycle_stage: 'prospect',
    source: 'webapp',
    updated_at: world.now,
  };
  return {
    customer_id: value.customer_id,
    label: `New customer ${request.first_name} ${request.last_name}`,
    event: { kind: 'profile', value },
    effectAt: () => ({ kind: 'profile', patch: value }),
  };
};

const orderEvent = (
  customerId: string,
  request: OrderRequest,
  known: OrderRow | null,
  world: ActionWorld,
): OrderEvent => {
  const isBare = request.total_amount === undefined && request.items === undefined;
  const status = request.status ?? 'PLACED';
  if (isBare && known !== null) {
    return { ...known, status, updated_at: status === known.status ? known.updated_at : world.now };
  }
  if (isBare && status !== 'PLACED') {
    if (request.order_id === undefined) {
      throw invalidRequest([{ field: 'order_id', message: `is required for status ${status}` }]);
    }
    throw new PlatformError(
      'NOT_FOUND',
      `customer ${customerId} has no order ${request.order_id} in the history kept here; an order older than ` +
        'its newest HISTORY_LIMIT entries cannot be cancelled or refunded by its id alone',
      { details: { field: 'order_id', value: request.order_id } },
    );
  }
  const items = isBare ? randomItems(world.random) : (request.items ?? []);
  return {
    order_id: request.order_id ?? `ord_${world.newId()}`,
    customer_id: customerId,
    status,
    total_amount: request.total_amount ?? totalOf(items),
    currency: REPORTING_CURRENCY,
    items,
    placed_at: known?.placed_at ?? world.now,
    updated_at: world.now,
  };
};

/**
 * An order of a known customer: placed, or an earlier one cancelled or refunded.
 * @param known the order of that id as it is known so far, null when there is none
 */
export const planOrder = (
  customerId: string,
  request: OrderRequest,
  known: OrderRow | null,
  world: ActionWorld,
): ActionPlan<OrderPlacedEvent> => {
  const event = orderEvent(customerId, request, known, world);
  const { order_id, status, total_amount, currency, items, placed_at, updated_at } = event;
  const amount = formatMoney(total_amount);
  return {
    customer_id: customerId,
    label: status === 'PLACED' ? `Order of ${amount}` : `Order of ${amount} ${status.toLowerCase()}`,
    event: {
      kind: 'order',
      value: {
        order_id,
        customer_id: customerId,
        status,
        total_amount,
        currency,
        items,
        placed_at,
        updated_at,
      },
    },
    effectAt: (position) => {
      const after = mergeOrder(known ?? undefined, event, position);
      return after === null ? null : { kind: 'order', before: known, after };
    },
  };
};

const CHANNEL_WORDS = {
  EMAIL: 'E-mail',
  SMS: 'SMS',
  PUSH: 'Push message',
  IN_APP: 'In-app message',
} as const;

/** A message to a known customer that was delivered or failed. */
export const planEngagement = (
  customerId: string,
  request: EngagementRequest,
  world: ActionWorld,
): ActionPlan<EngagementEvent> => {
  const channel = request.channel ?? CHANNELS[Math.floor(world.random() * CHANNELS.length)]!;
  const status = request.status ?? (world.random() < DELIVERED_SHARE ? 'DELIVERED' : 'FAILED');
  const value: ActivationDeliveryStatus = {
    activation_id: `act_${world.newId()}`,
    customer_id: customerId,
    campaign_id: request.campaign_id ?? null,
    channel,
    status,
    failure_reason: status === 'FAILED' ? FAILURE_REASONS[channel] : null,
    occurred_at: world.now,
  };
  return {
    customer_id: customerId,
    label: `${CHANNEL_WORDS[channel]} ${status === 'DELIVERED' ? 'delivered' : `failed: ${value.failure_reason}`}`,
    event: { kind: 'engagement', value },
    effectAt: () => ({ kind: 'engagement', channel, status, occurred_at: world.now }),
  };
};
