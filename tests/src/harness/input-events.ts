import type { ActivationDeliveryStatus } from '@marketing-streams/contracts/generated/activation-delivery-status';
import type { OrderPlaced } from '@marketing-streams/contracts/generated/order-placed';
import type { ProfileUpsert } from '@marketing-streams/contracts/generated/profile-upsert';

/** A patch that says nothing but what is given. */
export const profileUpsert = (
  given: Partial<ProfileUpsert> & Pick<ProfileUpsert, 'customer_id' | 'updated_at'>,
): ProfileUpsert => ({
  email: null,
  first_name: null,
  last_name: null,
  phone: null,
  is_active: null,
  lifecycle_stage: null,
  source: 'shop',
  ...given,
});

/** A placed order without lines. */
export const orderPlaced = (
  given: Partial<OrderPlaced> & Pick<OrderPlaced, 'order_id' | 'customer_id' | 'total_amount' | 'placed_at'>,
): OrderPlaced => ({ status: 'PLACED', currency: 'USD', items: [], updated_at: null, ...given });

/** A delivered e-mail unless told otherwise. */
export const deliveryStatus = (
  given: Partial<ActivationDeliveryStatus> &
    Pick<ActivationDeliveryStatus, 'activation_id' | 'customer_id' | 'occurred_at'>,
): ActivationDeliveryStatus => ({
  campaign_id: null,
  channel: 'EMAIL',
  status: 'DELIVERED',
  failure_reason: null,
  ...given,
});
