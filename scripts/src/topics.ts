import { parseRetention } from '@marketing-streams/contracts/topic-config';
import { commonShape } from '@marketing-streams/platform/common-config';
import { loadConfig } from '@marketing-streams/platform/config';
import { createLogger } from '@marketing-streams/platform/logging';
import { createKafkaClient } from '@marketing-streams/stream/kafka/client';
import { z } from 'zod';
import { formatTable, runCommand } from './command-line.ts';
import { retryUntilUp } from './retry-until-up.ts';
import { createAllTopics } from './topics-create.ts';

const shape = {
  kafka_bootstrap_servers: commonShape.kafka_bootstrap_servers,
  partitions: commonShape.partitions,
  /** How long input topics keep their records, e.g. 7d or 12h. */
  input_retention: z.string(),
};

const help = `Usage: make topics   (node scripts/src/topics.ts)

Creates the Kafka topics of the catalogue and adjusts the settings of those that exist. Safe to run again.
Waits up to a minute for Kafka to come up.

Settings (config/default.yaml or environment):
  KAFKA_BOOTSTRAP_SERVERS  host:port[,host:port…]
  PARTITIONS               partitions of every customer-domain topic
  INPUT_RETENTION          how long input topics keep their records, e.g. 7d, 12h`;

const run = async (): Promise<void> => {
  const config = loadConfig('topics', shape);
  const settings = {
    partitions: config.partitions,
    inputRetentionMilliseconds: parseRetention(config.input_retention),
  };
  const logger = createLogger('topics');
  // The waiting is reported below, in words.
  if (process.env['LOG_LEVEL'] === undefined) logger.level = 'fatal';
  const kafka = createKafkaClient({
    bootstrapServers: config.kafka_bootstrap_servers,
    clientId: 'topics',
    logger,
  });
  const admin = kafka.admin();
  try {
    const outcomes = await retryUntilUp(() => createAllTopics(admin, settings), {
      what: `Kafka at ${config.kafka_bootstrap_servers}`,
      onWait: (message) => console.error(message),
    });
    const rows = outcomes.map(({ topic, partitions, action, changes }) => [
      topic,
      String(partitions),
      [action, ...changes].join(', '),
    ]);
    console.log(formatTable([['topic', 'partitions', 'result'], ...rows]));
  } finally {
    await admin.close();
  }
};

await runCommand({ help, run });
