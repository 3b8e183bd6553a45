import { type AvroCodec, createAvroCodec } from '@marketing-streams/contracts/avro-codec';
import type { ActivationDeliveryStatus } from '@marketing-streams/contracts/generated/activation-delivery-status';
import type { CustomerGold } from '@marketing-streams/contracts/generated/customer-gold';
import type { DeadLetter } from '@marketing-streams/contracts/generated/dead-letter';
import type { OrderPlaced } from '@marketing-streams/contracts/generated/order-placed';
import type { ProfileUpsert } from '@marketing-streams/contracts/generated/profile-upsert';
import type { SilverActivation } from '@marketing-streams/contracts/generated/silver-activation';
import type { SilverOrder } from '@marketing-streams/contracts/generated/silver-order';
import { createJsonCodec } from '@marketing-streams/contracts/json-codec';
import type { SchemaRegistry } from '@marketing-streams/contracts/schema-registry';
import { ACTION_TOPICS, type ActionCodecs } from './actions/take-action.ts';
import { createTableCodecs, type TableCodecs } from './tables/webapp-tables.ts';
import { VIEW_TOPICS, type ViewCodecs } from './view/view-topics.ts';

/** What the web app reads and writes, by topic. */
export type WebappCodecs = {
  readonly view: ViewCodecs;
  readonly actions: ActionCodecs;
  readonly tables: TableCodecs;
  readonly deadLetters: AvroCodec<DeadLetter>;
};

/** Registers the contracts and makes their codecs. Throws REGISTRY_UNAVAILABLE on an outage. */
export const createWebappCodecs = async (registry: SchemaRegistry): Promise<WebappCodecs> => {
  const [orders, activations, profiles, placed, delivered, tables, deadLetters] = await Promise.all([
    createAvroCodec<SilverOrder>({ registry, topic: VIEW_TOPICS.orders }),
    createAvroCodec<SilverActivation>({ registry, topic: VIEW_TOPICS.activations }),
    createAvroCodec<ProfileUpsert>({ registry, topic: VIEW_TOPICS.profiles }),
    createAvroCodec<OrderPlaced>({ registry, topic: ACTION_TOPICS.order }),
    createAvroCodec<ActivationDeliveryStatus>({ registry, topic: ACTION_TOPICS.engagement }),
    createTableCodecs(registry),
    createAvroCodec<DeadLetter>({ registry, topic: 'dead-letter-queue' }),
  ]);
  return {
    view: { gold: createJsonCodec<CustomerGold>(VIEW_TOPICS.gold), orders, activations, profiles },
    actions: { profile: profiles, order: placed, engagement: delivered },
    tables,
    deadLetters,
  };
};
