import { type AvroCodec, createAvroCodec } from '@marketing-streams/contracts/avro-codec';
import type { ActivationDeliveryStatus } from '@marketing-streams/contracts/generated/activation-delivery-status';
import type { OrderPlaced } from '@marketing-streams/contracts/generated/order-placed';
import type { ProfileUpsert } from '@marketing-streams/contracts/generated/profile-upsert';
import type { SchemaRegistry } from '@marketing-streams/contracts/schema-registry';
import type { CustomerEvent } from '@marketing-streams/domain/simulation/customer-event';
import type { OutgoingRecord } from '@marketing-streams/stream/kafka/api';

/** Makes an event the record of its topic, keyed by the customer. */
export type ToRecord = (event: CustomerEvent) => OutgoingRecord;

/** Throws REGISTRY_UNAVAILABLE while the schemas cannot be registered. */
export const eventRecords = async (registry: SchemaRegistry): Promise<ToRecord> => {
  const profiles: AvroCodec<ProfileUpsert> = await createAvroCodec<ProfileUpsert>({
    registry,
    topic: 'dom.customer.profile.upsert.v1',
  });
  const orders = await createAvroCodec<OrderPlaced>({ registry, topic: 'dom.order.placed.v1' });
  const activations = await createAvroCodec<ActivationDeliveryStatus>({
    registry,
    topic: 'dom.activation.delivery.status.v1',
  });
  return (happening) => {
    const key = happening.event.customer_id;
    switch (happening.kind) {
      case 'profile':
        return { topic: 'dom.customer.profile.upsert.v1', key, value: profiles.encode(happening.event) };
      case 'order':
        return { topic: 'dom.order.placed.v1', key, value: orders.encode(happening.event) };
      case 'activation':
        return {
          topic: 'dom.activation.delivery.status.v1',
          key,
          value: activations.encode(happening.event),
        };
    }
  };
};
