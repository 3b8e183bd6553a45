import { createLogger } from '@marketing-streams/platform/logging';
import { createMetrics } from '@marketing-streams/platform/metrics';
import { createKafkaClient } from '../kafka/client.ts';
import { runProcessor } from '../run-processor.ts';
import { type CountingTopics, countingProcessor, encodeFailed } from './counting-processor.ts';

/** What a test tells the process it starts. */
export type WorkerSettings = {
  readonly servers: string;
  readonly name: string;
  readonly topics: CountingTopics;
  readonly stateDir: string;
  readonly tasks: number;
  readonly rebuild: boolean;
  readonly ruleVersion?: string;
};

/*
 * The process that fault tests kill: `node counting-worker.ts <settings as JSON>`. It ends with code 1 on
 * anything the runtime cannot go on from, and with 0 on SIGTERM.
 */
const settings = JSON.parse(process.argv[2] ?? '') as WorkerSettings;
const logger = createLogger('counting-worker');
const definition = countingProcessor(settings.name, settings.topics, settings);
const processor = await runProcessor(definition, {
  kafka: createKafkaClient({ bootstrapServers: settings.servers, clientId: 'counting-worker', logger }),
  deadLetters: { topic: settings.topics.deadLetters, encode: encodeFailed },
  service: 'counting-worker',
  tasks: settings.tasks,
  stateDir: settings.stateDir,
  metrics: createMetrics('counting-worker'),
  logger,
  // Small transactions make many chances to die between them.
  limits: { records: 40 },
});
process.once('SIGTERM', () => {
  void processor.stop().then(() => process.exit(0));
});
