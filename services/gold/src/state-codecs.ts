import { type AvroSchema, createCompactCodec, usually } from '@marketing-streams/contracts/compact-codec';
import type { SourceOffset } from '@marketing-streams/contracts/record';
import type { ActivationContribution, OrderContribution } from '@marketing-streams/domain/contributions';
import type { Customer360State } from '@marketing-streams/domain/customer-360';
import { CHANNELS, DELIVERY_STATUSES } from '@marketing-streams/domain/engagement';

/** What gold keeps of a customer: the fold of its rows, and the input offsets that are part of it. */
export type StoredCustomer = {
  readonly fold: Customer360State;
  readonly source_offsets: readonly SourceOffset[];
};

const field = (name: string, type: AvroSchema): AvroSchema => ({ name, type });
const record = (name: string, fields: readonly AvroSchema[]): AvroSchema => ({
  type: 'record',
  name,
  fields,
});
const orNull = (type: AvroSchema): AvroSchema => ['null', type];

/** The contribution of an order row. */
export const orderCodec = createCompactCodec<OrderContribution>(
  record('OrderContribution', [
    field('counted', 'boolean'),
    field('amount', 'long'),
    field('placed_at', 'long'),
    field('updated_at', 'long'),
  ]),
);

/** The contribution of a delivery row. */
export const activationCodec = createCompactCodec<ActivationContribution>(
  record('ActivationContribution', [
    field('channel', { type: 'enum', name: 'Channel', symbols: CHANNELS }),
    field('status', { type: 'enum', name: 'DeliveryStatus', symbols: DELIVERY_STATUSES }),
    field('occurred_at', 'long'),
  ]),
);

const profile = record('ProfileContribution', [
  field('email', orNull('string')),
  field('first_name', orNull('string')),
  field('last_name', orNull('string')),
  field('phone', orNull('string')),
  field('is_active', orNull(record('Setting', [field('value', 'boolean'), field('updated_at', 'long')]))),
  field('created_at', 'long'),
  field('updated_at', 'long'),
]);

const fold = record('Customer360State', [
  field('profile', orNull(profile)),
  field('order_count', 'int'),
  field('lifetime_value', 'long'),
  field('standing_orders', orNull(record('TimeSpan', [field('first', 'long'), field('last', 'long')]))),
  field('all_orders', orNull('TimeSpan')),
  field('orders_updated_at', orNull('long')),
  field('delivered', 'int'),
  field('failed', 'int'),
  field('by_channel', {
    type: 'map',
    values: record('Counts', [field('delivered', 'int'), field('failed', 'int')]),
  }),
  field('deliveries', orNull('TimeSpan')),
]);

const sourceOffset = record('SourceOffset', [
  field(
    'topic',
    usually(['dom.customer.profile.upsert.v1', 'dom.order.placed.v1', 'dom.activation.delivery.status.v1']),
  ),
  field('partition', 'int'),
  field('offset', 'long'),
]);

/** A customer's fold. */
export const customerCodec = createCompactCodec<StoredCustomer>(
  record('StoredCustomer', [
    field('fold', fold),
    field('source_offsets', { type: 'array', items: sourceOffset }),
  ]),
);
