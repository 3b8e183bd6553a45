import { memoryRegistry } from '@marketing-streams/contracts/testing/memory-registry';
import { createLogger } from '@marketing-streams/platform/logging';
import { createMetrics } from '@marketing-streams/platform/metrics';
import { createKafkaClient } from '@marketing-streams/stream/kafka/client';
import { runProcessor } from '@marketing-streams/stream/run-processor';
import { type AlertDependencies, alertProcessor, createAlertCodecs } from '../alerts/processor.ts';
import { createReconciliationCodecs, reconciliationProcessor } from '../reconciliation/processor.ts';
import { movedTopics } from './moved-topics.ts';

/** What a test tells the process it starts. */
export type MonitorWorkerSettings = {
  readonly servers: string;
  readonly stateDir: string;
  /** What topics and groups are called: NAME stands for the usual name. */
  readonly names: string;
  readonly partitions: number;
};

/** What campaigns are watched for in these tests. */
export const WATCHED: Pick<AlertDependencies, 'limitsOf' | 'anomalies'> = {
  limitsOf: () => ({ cpaAbove: 2_000, spendPerMinuteAbove: 10_000, noClicksMinutes: null }),
  anomalies: { score: 6, hours: 2 },
};

/** Small transactions make many chances to die between them. */
const RECORDS = 15;
const SETTLE_MILLISECONDS = 250;

/** Runs both processors of the monitor: `node monitor-worker.ts <settings as JSON>`. */
const run = async ({ servers, stateDir, names, partitions }: MonitorWorkerSettings): Promise<void> => {
  const logger = createLogger('monitor-worker');
  const nameOf = (name: string): string => names.replace('NAME', name);
  const definitions = [
    reconciliationProcessor(await createReconciliationCodecs(memoryRegistry()), partitions, {
      // Nothing lies on the inputs: all of it has gone all the way.
      progress: { want: () => {}, latest: () => ({ before: new Map(), at: 0 }) },
      settleMilliseconds: SETTLE_MILLISECONDS,
      onLook: () => {},
    }),
    alertProcessor({ ...createAlertCodecs(), ...WATCHED, onAlert: () => {} }),
  ];
  for (const definition of definitions)
    await runProcessor(
      movedTopics(
        { ...definition, backlog: { records: RECORDS, gatherMilliseconds: 0 }, paceMilliseconds: 5 },
        nameOf,
      ),
      {
        kafka: createKafkaClient({ bootstrapServers: servers, clientId: 'monitor-worker', logger }),
        deadLetters: {
          topic: nameOf('dead-letter-queue'),
          encode: ({ message }) => Buffer.from(message),
        },
        service: 'monitor-worker',
        tasks: 1,
        stateDir,
        metrics: createMetrics('monitor-worker', { processMetrics: false }),
        logger,
        limits: { records: RECORDS },
      },
    );
};

if (import.meta.main) await run(JSON.parse(process.argv[2] ?? '') as MonitorWorkerSettings);
