import type { AvroCodec } from '@marketing-streams/contracts/avro-codec';
import type { ActivationDeliveryStatus } from '@marketing-streams/contracts/generated/activation-delivery-status';
import type { OrderPlaced } from '@marketing-streams/contracts/generated/order-placed';
import type { ProfileUpsert } from '@marketing-streams/contracts/generated/profile-upsert';
import type { TopicName } from '@marketing-streams/contracts/topics';
import { LIFECYCLE_SOURCE } from '@marketing-streams/domain/lifecycle-feedback';
import {
  applyLiveDelivery,
  applyLiveOrder,
  applyLivePatch,
  type LiveCustomer,
  liveDeliveryAfter,
  liveOrderAfter,
} from '@marketing-streams/domain/live/live-customer';
import { formatMoney, MAX_CENTS } from '@marketing-streams/domain/money';
import type { Stamp } from '@marketing-streams/domain/source-offsets';
import { PlatformError } from '@marketing-streams/platform/errors';
import type { StateView } from '@marketing-streams/stream/state/state-view';
import { keptDeliveries, keptOrders } from './customer-state.ts';

/** One of the input topics: what its events do to their customer. */
export type LiveInput<Event> = {
  readonly topic: TopicName;
  readonly codec: AvroCodec<Event>;
  /** Why an event says nothing to the live aggregation; null when it does. */
  readonly ignored: (event: Event) => string | null;
  /** The customer after the event; keeps what is to be known of the order or the delivery. */
  readonly fold: (state: StateView, customer: LiveCustomer, event: Event, said: Stamp) => LiveCustomer;
};

/** Every event of the inputs names its customer. */
export type CustomerEvent = { readonly customer_id: string };

/** Patches of profiles, but for those that gold reports: stage and activity are worked out here too. */
export const profileInput = (codec: AvroCodec<ProfileUpsert>): LiveInput<ProfileUpsert> => ({
  topic: 'dom.customer.profile.upsert.v1',
  codec,
  ignored: ({ source }) => (source === LIFECYCLE_SOURCE ? 'lifecycle' : null),
  fold: (_, customer, patch, said) => applyLivePatch(customer, patch, said),
});

type SaidOrder = Pick<OrderPlaced, 'customer_id' | 'order_id' | 'status' | 'total_amount' | 'placed_at'>;

/**
 * The customer after a record, or a row, of an order. Throws VALUE_INVALID when orders would come to more than any
 * amount can be: no topic and no state could hold it, whether it is counted live or from a topic's beginning.
 */
export const foldOrder = (
  state: StateView,
  customer: LiveCustomer,
  order: SaidOrder,
  said: Stamp,
): LiveCustomer => {
  const row = { customerId: order.customer_id, id: order.order_id };
  const before = keptOrders.get(state, row);
  const after = liveOrderAfter(before, order, said);
  const changed = applyLiveOrder(customer, before, after, order.placed_at);
  if (Math.abs(changed.lifetime_value) > MAX_CENTS)
    throw new PlatformError('VALUE_INVALID', `orders come to more than ${formatMoney(MAX_CENTS)}`);
  keptOrders.put(state, row, after);
  return changed;
};

/** Orders, cancellations and refunds. */
export const orderInput = (codec: AvroCodec<OrderPlaced>): LiveInput<OrderPlaced> => ({
  topic: 'dom.order.placed.v1',
  codec,
  ignored: () => null,
  fold: foldOrder,
});

type SaidDelivery = Pick<ActivationDeliveryStatus, 'customer_id' | 'activation_id' | 'status'>;

/** The customer after a record, or a row, of a delivery. */
export const foldDelivery = (
  state: StateView,
  customer: LiveCustomer,
  delivery: SaidDelivery,
  said: Stamp,
): LiveCustomer => {
  const row = { customerId: delivery.customer_id, id: delivery.activation_id };
  const before = keptDeliveries.get(state, row);
  const after = liveDeliveryAfter(before, delivery, said);
  keptDeliveries.put(state, row, after);
  return applyLiveDelivery(customer, before, after);
};

/** Reports of how messages ended. */
export const deliveryInput = (
  codec: AvroCodec<ActivationDeliveryStatus>,
): LiveInput<ActivationDeliveryStatus> => ({
  topic: 'dom.activation.delivery.status.v1',
  codec,
  ignored: () => null,
  fold: foldDelivery,
});
