import { type AvroCodec, createAvroCodec } from '@marketing-streams/contracts/avro-codec';
import type { ActivationDeliveryStatus } from '@marketing-streams/contracts/generated/activation-delivery-status';
import type { OrderPlaced } from '@marketing-streams/contracts/generated/order-placed';
import type { ProfileUpsert } from '@marketing-streams/contracts/generated/profile-upsert';
import type { SchemaRegistry } from '@marketing-streams/contracts/schema-registry';
import type { INPUT_TOPICS } from '@marketing-streams/contracts/topics';
import { fieldsSetBy } from '@marketing-streams/domain/reconciliation/arrivals';
import type { ComparedField } from '@marketing-streams/domain/reconciliation/differences';
import { FIELDS_OF } from '@marketing-streams/domain/reconciliation/explanations';
import { isPlatformError } from '@marketing-streams/platform/errors';

/** An input record as reconciliation sees it. */
export type InputRecord = {
  readonly customerId: string;
  /** The order or the delivery; null for a profile patch, of which each field counts alone. */
  readonly id: string | null;
  /** When it says to have happened, epoch milliseconds. */
  readonly time: number;
  /** What it has a say in. */
  readonly fields: readonly ComparedField[];
};

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
  describe: (event: Event) => Omit<InputRecord, 'customerId'>,
): Promise<ReconciledInput> => {
  const codec = await createAvroCodec<Event>({ registry, topic });
  return {
    topic,
    prepare: codec.prepare,
    read: (value) => {
      if (value === null) return null;
      try {
        const event = codec.decode(value);
        const record = { customerId: event.customer_id, ...describe(event) };
        const isTooLong = record.customerId.length > LONGEST_ID || (record.id?.length ?? 0) > LONGEST_ID;
        return isTooLong ? null : record;
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
    id: null,
    time: patch.updated_at,
    fields: fieldsSetBy(patch),
  })),
  await input<OrderPlaced>(registry, 'dom.order.placed.v1', (order) => ({
    id: order.order_id,
    time: order.updated_at ?? order.placed_at,
    fields: FIELDS_OF.order,
  })),
  await input<ActivationDeliveryStatus>(registry, 'dom.activation.delivery.status.v1', (delivery) => ({
    id: delivery.activation_id,
    time: delivery.occurred_at,
    fields: FIELDS_OF.delivery,
  })),
];
