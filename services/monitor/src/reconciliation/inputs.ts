import { type AvroCodec, createAvroCodec } from '@marketing-streams/contracts/avro-codec';
import type { ActivationDeliveryStatus } from '@marketing-streams/contracts/generated/activation-delivery-status';
import type { OrderPlaced } from '@marketing-streams/contracts/generated/order-placed';
import type { ProfileUpsert } from '@marketing-streams/contracts/generated/profile-upsert';
import type { SchemaRegistry } from '@marketing-streams/contracts/schema-registry';
import type { INPUT_TOPICS } from '@marketing-streams/contracts/topics';
import { type Arrival, fieldsSetBy } from '@marketing-streams/domain/reconciliation/arrivals';
import { FIELDS_OF } from '@marketing-streams/domain/reconciliation/explanations';
import { isPlatformError } from '@marketing-streams/platform/errors';

/** An input record as reconciliation sees it; its place is where it lies. */
export type InputRecord = Omit<Arrival, 'place'> & { readonly customerId: string };

/** One input topic: how its records are read. */
export type ReconciledInput = {
  readonly topic: (typeof INPUT_TOPICS)[number];
  readonly prepare: AvroCodec<unknown>['prepare'];
  /** Null for what nobody can read: neither side takes it up. */
  readonly read: (value: Buffer | null) => InputRecord | null;
};

/** As silver has it; a longer id would not fit into the state, and gold has none. */
const LONGEST_ID = 200;

const input = async <Event extends { readonly customer_id: string }>(
  registry: SchemaRegistry,
  topic: ReconciledInput['topic'],
  describe: (event: Event) => Omit<Arrival, 'place'>,
): Promise<ReconciledInput> => {
  const codec = await createAvroCodec<Event>({ registry, topic });
  return {
    topic,
    prepare: codec.prepare,
    read: (value) => {
      if (value === null) return null;
      try {
        const event = codec.decode(value);
        if (event.customer_id.length > LONGEST_ID) return null;
        return { customerId: event.customer_id, ...describe(event) };
      } catch (error) {
        // Whoever answers for the record tells of it; here it only means that there is nothing to compare.
        if (isPlatformError(error) && !error.retriable) return null;
        throw error;
      }
    },
  };
};

/** The three input topics. */
export const reconciledInputs = async (registry: SchemaRegistry): Promise<readonly ReconciledInput[]> => [
  await input<ProfileUpsert>(registry, 'dom.customer.profile.upsert.v1', (patch) => ({
    kind: 'profile',
    time: patch.updated_at,
    fields: fieldsSetBy(patch),
  })),
  await input<OrderPlaced>(registry, 'dom.order.placed.v1', (order) => ({
    kind: 'order',
    time: order.updated_at ?? order.placed_at,
    fields: FIELDS_OF.order,
  })),
  await input<ActivationDeliveryStatus>(registry, 'dom.activation.delivery.status.v1', (delivery) => ({
    kind: 'delivery',
    time: delivery.occurred_at,
    fields: FIELDS_OF.delivery,
  })),
];
