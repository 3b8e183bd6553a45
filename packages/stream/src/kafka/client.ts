import type { KafkaClient, KafkaClientOptions } from './api.ts';
import { createKafkajsClient } from './kafkajs/create-client.ts';

/** The Kafka client of the platform: this line decides which library is behind the interface of `api.ts`. */
export const createKafkaClient = (options: KafkaClientOptions): KafkaClient => createKafkajsClient(options);
