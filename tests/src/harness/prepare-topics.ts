import { createSchemaRegistry } from '@marketing-streams/contracts/schema-registry';
import { retryUntilUp } from '@marketing-streams/scripts/retry-until-up';
import { registerAllSchemas } from '@marketing-streams/scripts/schemas-register';
import { createAllTopics } from '@marketing-streams/scripts/topics-create';
import type { KafkaClient } from '@marketing-streams/stream/kafka/api';

/** Partitions of every topic of a test's pipeline. */
export const PARTITIONS = 6;

const WEEK_MILLISECONDS = 7 * 86_400_000;

/** Creates the catalogue's topics and registers its schemas, as `make topics schemas` does. */
export const prepareTopics = async (kafka: KafkaClient, schemaRegistryUrl: string): Promise<void> => {
  const admin = kafka.admin();
  try {
    await createAllTopics(admin, {
      partitions: PARTITIONS,
      inputRetentionMilliseconds: WEEK_MILLISECONDS,
    });
  } finally {
    await admin.close();
  }
  // A registry that has only just started may take long for its first schemas on a busy machine.
  await retryUntilUp(() => registerAllSchemas(createSchemaRegistry({ url: schemaRegistryUrl })), {
    what: 'the registry',
  });
};
