import { createSchemaRegistry } from '@marketing-streams/contracts/schema-registry';
import type { EmbeddedStack } from '@marketing-streams/embedded/stack';
import { createLogger } from '@marketing-streams/platform/logging';
import { createKafkaClient } from '@marketing-streams/stream/kafka/client';
import { retryUntilUp } from '../retry-until-up.ts';
import { registerAllSchemas } from '../schemas-register.ts';
import { createAllTopics } from '../topics-create.ts';
import type { DemoSettings } from './settings.ts';

/** Creates the topics and registers the schemas, as `make topics` and `make schemas` do, both at once. */
export const applyContracts = async (stack: EmbeddedStack, settings: DemoSettings): Promise<void> => {
  const logger = createLogger('demo');
  logger.level = 'fatal'; // What goes wrong here is thrown, and the board is no place for log lines.
  const kafka = createKafkaClient({
    bootstrapServers: stack.kafkaBootstrapServers,
    clientId: 'demo',
    logger,
  });
  const admin = kafka.admin();
  const registry = createSchemaRegistry({ url: stack.schemaRegistryUrl });
  try {
    await Promise.all([
      retryUntilUp(() => createAllTopics(admin, settings.topics), { what: 'Kafka' }),
      retryUntilUp(() => registerAllSchemas(registry), { what: 'the schema registry' }),
    ]);
  } finally {
    await admin.close();
  }
};
