import { type AvroCodec, createAvroCodec } from '@marketing-streams/contracts/avro-codec';
import type { ActivationDeliveryStatus } from '@marketing-streams/contracts/generated/activation-delivery-status';
import type { OrderPlaced } from '@marketing-streams/contracts/generated/order-placed';
import type { ProfileUpsert } from '@marketing-streams/contracts/generated/profile-upsert';
import type { SilverActivation } from '@marketing-streams/contracts/generated/silver-activation';
import type { SilverCustomer } from '@marketing-streams/contracts/generated/silver-customer';
import type { SilverOrder } from '@marketing-streams/contracts/generated/silver-order';
import { activationKey, orderKey } from '@marketing-streams/contracts/row-key';
import type { SchemaRegistry } from '@marketing-streams/contracts/schema-registry';
import { mergeActivation } from '@marketing-streams/domain/activation';
import { mergeOrder } from '@marketing-streams/domain/order';
import { mergeProfile } from '@marketing-streams/domain/profile';
import { validateActivation } from '@marketing-streams/domain/validate-activation';
import { validateOrder } from '@marketing-streams/domain/validate-order';
import { validateProfile } from '@marketing-streams/domain/validate-profile';
import type { SilverDataset } from './dataset.ts';

const codec = <Value>(
  registry: SchemaRegistry,
  topic: Parameters<typeof createAvroCodec>[0]['topic'],
): Promise<AvroCodec<Value>> => createAvroCodec<Value>({ registry, topic });

/** Profile patches become customers, merged field by field. */
export const customers = async (
  registry: SchemaRegistry,
): Promise<SilverDataset<ProfileUpsert, SilverCustomer>> => ({
  input: 'dom.customer.profile.upsert.v1',
  output: 'silver.customers.v1',
  events: await codec<ProfileUpsert>(registry, 'dom.customer.profile.upsert.v1'),
  rows: await codec<SilverCustomer>(registry, 'silver.customers.v1'),
  problems: validateProfile,
  customerId: (patch) => patch.customer_id,
  rowKey: (patch) => patch.customer_id,
  merge: mergeProfile,
});

/** Orders, cancellations and refunds become one row an order. */
export const orders = async (registry: SchemaRegistry): Promise<SilverDataset<OrderPlaced, SilverOrder>> => ({
  input: 'dom.order.placed.v1',
  output: 'silver.orders.v1',
  events: await codec<OrderPlaced>(registry, 'dom.order.placed.v1'),
  rows: await codec<SilverOrder>(registry, 'silver.orders.v1'),
  problems: validateOrder,
  customerId: (order) => order.customer_id,
  rowKey: orderKey,
  merge: mergeOrder,
});

/** Delivery reports become one row a delivery. */
export const activations = async (
  registry: SchemaRegistry,
): Promise<SilverDataset<ActivationDeliveryStatus, SilverActivation>> => ({
  input: 'dom.activation.delivery.status.v1',
  output: 'silver.activations.v1',
  events: await codec<ActivationDeliveryStatus>(registry, 'dom.activation.delivery.status.v1'),
  rows: await codec<SilverActivation>(registry, 'silver.activations.v1'),
  problems: validateActivation,
  customerId: (activation) => activation.customer_id,
  rowKey: activationKey,
  merge: mergeActivation,
});
