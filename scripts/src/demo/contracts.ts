import { createSchemaRegistry } from '@marketing-streams/contracts/schema-registry';
import type { EmbeddedStack } from '@marketing-streams/embedded/stack';
import { createLogger } from '@marketing-streams/platform/logging';
import { createKafkaClient } from '@marketing-streams/stream/kafka/client';
import { retryUntilUp } from '../retry-until-up.ts';
import { registerAllSchemas } from '../schemas-register.ts';
import { createAllTopics } from '../topics-create.ts';
import type { DemoSettings } from './settings.ts';

/** Creates the topics, as `make topics` does; `onAllThere` is called once all exist. */
export const createTopics = async (
  { kafkaBootstrapServers }: EmbeddedStack,
  settings: DemoSettings,
  onAllThere: () => void,
): Promise<void> => {
  const logger = createLogger('demo');
  logger.level = 'fatal'; // What goes wrong here is thrown, and the board is no place for log lines.
  const admin = createKafkaClient({
    bootstrapServers: kafkaBootstrapServers,
    clientId: 'demo',
    logger,
  }).admin();
  try {
    await retryUntilUp(() => createAllTopics(admin, settings.topics, undefined, onAllThere), {
      what: 'Kafka',
    });
  } finally {
    await admin.close();
  }
};

/** Registers the schemas, as `make schemas` does. */
export const registerSchemas = async ({ schemaRegistryUrl }: EmbeddedStack): Promise<void> => {
  const registry = createSchemaRegistry({ url: schemaRegistryUrl });
  await retryUntilUp(() => registerAllSchemas(registry), { what: 'the schema registry' });
};
