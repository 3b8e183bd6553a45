import { type AvroCodec, createAvroCodec } from '@marketing-streams/contracts/avro-codec';
import type { ActivationDeliveryStatus } from '@marketing-streams/contracts/generated/activation-delivery-status';
import type { CustomerConsolidated } from '@marketing-streams/contracts/generated/customer-consolidated';
import type { GoldCustomer360 } from '@marketing-streams/contracts/generated/gold-customer-360';
import type { OrderPlaced } from '@marketing-streams/contracts/generated/order-placed';
import type { ProfileUpsert } from '@marketing-streams/contracts/generated/profile-upsert';
import { partitionOf } from '@marketing-streams/contracts/partitioner';
import type { SchemaRegistry } from '@marketing-streams/contracts/schema-registry';
import type { CustomerSide } from '@marketing-streams/domain/reconciliation/differences';

/** Partitions of every topic. */
export const PARTITIONS = 6;

/** A moment of these tests. */
export const NOW = Date.UTC(2026, 5, 1);

/** The customer of these tests, and its partition. */
export const CUSTOMER = 'c1';
export const HOME = partitionOf(CUSTOMER, PARTITIONS);

/** What both sides say of the customer unless told otherwise. */
const SIDE: CustomerSide = {
  email: 'ada@example.com',
  first_name: null,
  last_name: null,
  phone: null,
  is_active: true,
  lifecycle_stage: 'customer',
  order_count: 1,
  lifetime_value: 1_250,
  delivered: 0,
  failed: 0,
  engagement_rate: 0,
};

export const liveRow = (changes: Partial<CustomerSide> = {}): CustomerConsolidated =>
  ({ customer_id: CUSTOMER, ...SIDE, ...changes }) as CustomerConsolidated;

export const goldRow = (changes: Partial<CustomerSide> = {}): GoldCustomer360 =>
  ({
    customer_id: CUSTOMER,
    ...SIDE,
    ...changes,
    lifecycle_reason: '',
    average_order_value: 0,
    first_order_at: null,
    last_order_at: null,
    by_channel: {},
    created_at: NOW,
    as_of: NOW,
    source_offsets: [],
    rule_version: '1',
  }) as GoldCustomer360;

export const order = (changes: Partial<OrderPlaced> = {}): OrderPlaced => ({
  order_id: 'o1',
  customer_id: CUSTOMER,
  status: 'PLACED',
  total_amount: 1_250,
  currency: 'USD',
  items: [],
  placed_at: NOW,
  updated_at: null,
  ...changes,
});

export const patch = (changes: Partial<ProfileUpsert> = {}): ProfileUpsert => ({
  customer_id: CUSTOMER,
  email: null,
  first_name: null,
  last_name: null,
  phone: null,
  is_active: null,
  lifecycle_stage: null,
  source: 'webapp',
  updated_at: NOW,
  ...changes,
});

/** Writes what the inputs hold. */
export type InputWriters = {
  readonly 'dom.customer.profile.upsert.v1': AvroCodec<ProfileUpsert>;
  readonly 'dom.order.placed.v1': AvroCodec<OrderPlaced>;
  readonly 'dom.activation.delivery.status.v1': AvroCodec<ActivationDeliveryStatus>;
};

export const inputWriters = async (registry: SchemaRegistry): Promise<InputWriters> => ({
  'dom.customer.profile.upsert.v1': await createAvroCodec({
    registry,
    topic: 'dom.customer.profile.upsert.v1',
  }),
  'dom.order.placed.v1': await createAvroCodec({ registry, topic: 'dom.order.placed.v1' }),
  'dom.activation.delivery.status.v1': await createAvroCodec({
    registry,
    topic: 'dom.activation.delivery.status.v1',
  }),
});
