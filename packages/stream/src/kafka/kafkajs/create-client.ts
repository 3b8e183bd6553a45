import type { KafkaClient, KafkaClientOptions } from '../api.ts';
import { createAdmin } from './admin.ts';
import { createGroupConsumer } from './group-consumer.ts';
import { createProducer } from './producer.ts';
import { createRangeReader } from './range-reader.ts';
import { calmRequestQueue } from './request-queue.ts';
import { createTransactionalProducer } from './transactional-producer.ts';

/** The client over kafkajs 2.2.4. Every part opens a connection of its own, on first use. */
export const createKafkajsClient = (options: KafkaClientOptions): KafkaClient => {
  calmRequestQueue();
  return {
    producer: (producerOptions) => createProducer(options, producerOptions),
    transactionalProducer: (producerOptions) => createTransactionalProducer(options, producerOptions),
    groupConsumer: (consumerOptions) => createGroupConsumer(options, consumerOptions),
    rangeReader: () => createRangeReader(options),
    admin: () => createAdmin(options),
  };
};
