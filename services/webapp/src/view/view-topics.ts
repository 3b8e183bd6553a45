import type { CustomerGold } from '@marketing-streams/contracts/generated/customer-gold';
import type { ProfileUpsert } from '@marketing-streams/contracts/generated/profile-upsert';
import type { SilverActivation } from '@marketing-streams/contracts/generated/silver-activation';
import type { SilverOrder } from '@marketing-streams/contracts/generated/silver-order';
import type { KafkaRecord } from '@marketing-streams/contracts/record';
import type { TopicName } from '@marketing-streams/contracts/topics';

/** Where the view reads its parts. */
export type ViewTopics = {
  readonly gold: string;
  readonly orders: string;
  readonly activations: string;
  readonly profiles: string;
};

/** The topics of the catalogue. */
export const VIEW_TOPICS = {
  gold: 'dom.customer.gold.v1',
  orders: 'silver.orders.v1',
  activations: 'silver.activations.v1',
  profiles: 'dom.customer.profile.upsert.v1',
} as const satisfies Record<keyof ViewTopics, TopicName>;

/** Reads values of one topic; throws a PlatformError that says what is wrong with a value. */
type Decoder<Value> = {
  readonly decode: (value: Buffer) => Value;
  /** Resolves schemas not met before; throws REGISTRY_UNAVAILABLE on an outage. */
  readonly prepare: (records: readonly Pick<KafkaRecord, 'value'>[]) => Promise<void>;
};

/** One decoder per topic of the view. */
export type ViewCodecs = {
  readonly gold: Pick<Decoder<CustomerGold>, 'decode'>;
  readonly orders: Decoder<SilverOrder>;
  readonly activations: Decoder<SilverActivation>;
  readonly profiles: Decoder<ProfileUpsert>;
};
