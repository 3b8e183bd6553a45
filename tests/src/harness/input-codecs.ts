import { type AvroCodec, createAvroCodec } from '@marketing-streams/contracts/avro-codec';
import type { ActivationDeliveryStatus } from '@marketing-streams/contracts/generated/activation-delivery-status';
import type { OrderPlaced } from '@marketing-streams/contracts/generated/order-placed';
import type { ProfileUpsert } from '@marketing-streams/contracts/generated/profile-upsert';
import type { SchemaRegistry } from '@marketing-streams/contracts/schema-registry';
import type { OutgoingRecord } from '@marketing-streams/stream/kafka/api';

export const PROFILE_TOPIC = 'dom.customer.profile.upsert.v1';
export const ORDER_TOPIC = 'dom.order.placed.v1';
export const ACTIVATION_TOPIC = 'dom.activation.delivery.status.v1';

/** What a record may carry besides its event. */
export type Placement = Pick<OutgoingRecord, 'partition' | 'headers' | 'timestamp'>;

/** Events of the three input topics as records to send, keyed by their customer. */
export type InputRecords = {
  readonly profile: (event: ProfileUpsert, placement?: Placement) => OutgoingRecord;
  readonly order: (event: OrderPlaced, placement?: Placement) => OutgoingRecord;
  readonly activation: (event: ActivationDeliveryStatus, placement?: Placement) => OutgoingRecord;
};

const recordsOf =
  <Event extends { readonly customer_id: string }>(topic: string, codec: AvroCodec<Event>) =>
  (event: Event, placement: Placement = {}): OutgoingRecord => ({
    topic,
    key: event.customer_id,
    // The codec's buffers are slices of a slab; a record may be kept for the whole test.
    value: Buffer.from(codec.encode(event)),
    ...placement,
  });

/** Encodes events as their contracts say. */
export const createInputRecords = async (registry: SchemaRegistry): Promise<InputRecords> => ({
  profile: recordsOf(PROFILE_TOPIC, await createAvroCodec<ProfileUpsert>({ registry, topic: PROFILE_TOPIC })),
  order: recordsOf(ORDER_TOPIC, await createAvroCodec<OrderPlaced>({ registry, topic: ORDER_TOPIC })),
  activation: recordsOf(
    ACTIVATION_TOPIC,
    await createAvroCodec<ActivationDeliveryStatus>({ registry, topic: ACTIVATION_TOPIC }),
  ),
});
