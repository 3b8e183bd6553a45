import type { CustomerGold } from '@marketing-streams/contracts/generated/customer-gold';
import { createJsonCodec } from '@marketing-streams/contracts/json-codec';
import type { KafkaRecord } from '@marketing-streams/contracts/record';
import type { KafkaClient } from '@marketing-streams/stream/kafka/api';
import { readCompacted, readTopic } from './read-topic.ts';

export const GOLD_TOPIC = 'dom.customer.gold.v1';

const { decode } = createJsonCodec<CustomerGold>(GOLD_TOPIC);

/** The published record of every customer, read committed; amounts in cents. */
export const readGold = (kafka: KafkaClient): Promise<ReadonlyMap<string, CustomerGold>> =>
  readCompacted(kafka, GOLD_TOPIC, decode);

/** One customer's published record. Throws when there is none. */
export const readGoldOf = async (kafka: KafkaClient, customerId: string): Promise<CustomerGold> => {
  const gold = (await readGold(kafka)).get(customerId);
  if (gold === undefined) throw new Error(`${GOLD_TOPIC} has no record of ${customerId}`);
  return gold;
};

/** All records ever published of one customer, oldest first per partition. */
export const goldHistoryOf = async (
  kafka: KafkaClient,
  customerId: string,
): Promise<readonly KafkaRecord[]> =>
  (await readTopic(kafka, GOLD_TOPIC)).filter(({ key }) => key?.toString('utf8') === customerId);
