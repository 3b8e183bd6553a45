import { parseArgs } from 'node:util';
import type { TopicName } from '@marketing-streams/contracts/topics';
import { commonShape, taskShape } from '@marketing-streams/platform/common-config';
import { loadConfig } from '@marketing-streams/platform/config';
import { messageOf } from '@marketing-streams/platform/errors';
import { createLogger } from '@marketing-streams/platform/logging';
import { createKafkaClient } from '@marketing-streams/stream/kafka/client';
import { migrateTasks } from '@marketing-streams/stream/migrate-tasks';

const HELP = `Usage: make migrate-tasks FROM=3 TO=4   (node scripts/src/migrate-tasks.ts --from 3 --to 4)

Changes the number of tasks of all processors. They must be stopped; Kafka must run. Their state is removed and
built again at the next start, which needs TASKS set to the new number. May be repeated after a failure.

Settings (config/default.yaml or environment): KAFKA_BOOTSTRAP_SERVERS, STATE_DIR`;

/**
 * The input topics of every processor whose tasks follow TASKS, as its service declares them. The live aggregation's
 * have nothing to move where ksqlDB does its work.
 */
const PROCESSORS: Readonly<Record<string, readonly TopicName[]>> = {
  silver: [
    'dom.customer.profile.upsert.v1',
    'dom.order.placed.v1',
    'dom.activation.delivery.status.v1',
    'silver.repartition.v1',
  ],
  gold: ['silver.customers.v1', 'silver.orders.v1', 'silver.activations.v1'],
  scorer: ['gold.customer_360.v1'],
  'gold-publisher': ['gold.customer_360.v1', 'dom.propensity.score.v1', 'dom.segment.materialized.v1'],
  'live-customers': [
    'dom.customer.profile.upsert.v1',
    'dom.order.placed.v1',
    'dom.activation.delivery.status.v1',
    'live.repartition.v1',
  ],
  'live-campaign-partials': ['logs'],
  'live-campaign-windows': ['live.campaign_partials.v1'],
};

const { values } = parseArgs({
  options: {
    from: { type: 'string', default: '' },
    to: { type: 'string', default: '' },
    help: { type: 'boolean', short: 'h' },
  },
});
const from = Number(values.from);
const to = Number(values.to);

const run = async (): Promise<void> => {
  const config = loadConfig('migrate-tasks', {
    kafka_bootstrap_servers: commonShape.kafka_bootstrap_servers,
    state_dir: taskShape.state_dir,
  });
  const logger = createLogger('migrate-tasks');
  const kafka = createKafkaClient({
    bootstrapServers: config.kafka_bootstrap_servers,
    clientId: 'migrate-tasks',
    logger,
  });
  for (const [processor, topics] of Object.entries(PROCESSORS)) {
    await migrateTasks({ kafka, processor, topics, from, to, stateDir: config.state_dir, logger });
    console.log(`${processor}: ${from} → ${to} tasks`);
  }
};

if (values.help === true) {
  console.log(HELP);
} else if (!(Number.isInteger(from) && from > 0 && Number.isInteger(to) && to > 0)) {
  console.error(`--from and --to are numbers of tasks\n\n${HELP}`);
  process.exitCode = 2;
} else {
  await run().catch((error: unknown) => {
    console.error(messageOf(error));
    process.exitCode = 1;
  });
}
