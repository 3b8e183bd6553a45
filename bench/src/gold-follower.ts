import type { CustomerGold } from '@marketing-streams/contracts/generated/customer-gold';
import type { KafkaClient } from '@marketing-streams/stream/kafka/api';
import { GOLD_TOPIC } from '@marketing-streams/tests/harness/gold-topic';
import { followTopic, type TopicFollower } from './topic-follower.ts';

/** What the driver looks at in a gold record: amounts as on the topic, in currency units. */
export type GoldFigures = Pick<CustomerGold, 'order_count' | 'lifetime_value' | 'delivered' | 'failed'>;

/** Reads gold records by their customers, see `followTopic`. */
export const followGold = (
  kafka: KafkaClient,
  onRecord: (customerId: string, value: Buffer, at: number) => void,
): TopicFollower => followTopic(kafka, GOLD_TOPIC, onRecord);
