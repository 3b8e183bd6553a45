import { runService } from '@marketing-streams/platform/service';
import { createKafkaClient } from '@marketing-streams/stream/kafka/client';
import { startProcessor } from '@marketing-streams/stream/start-processor';
import { alertProcessor, createAlertCodecs } from './alerts/processor.ts';
import { limitsOf, shape } from './config.ts';
import { monitorMetrics } from './metrics.ts';
import { createReconciliationCodecs, reconciliationProcessor } from './reconciliation/processor.ts';
import { watchProgress } from './reconciliation/progress.ts';

await runService({
  name: 'monitor',
  description: 'compares the live aggregation with gold, and watches campaigns.',
  shape,
  start: async (context) => {
    const { name, config, logger } = context;
    const told = monitorMetrics(context.metrics);
    const kafka = createKafkaClient({
      bootstrapServers: config.kafka_bootstrap_servers,
      clientId: name,
      logger,
    });
    const progress = watchProgress(kafka.admin, logger);
    context.onShutdown('progress', progress.stop);
    await startProcessor(
      context,
      async (registry) =>
        reconciliationProcessor(await createReconciliationCodecs(registry), config.partitions, {
          progress,
          settleMilliseconds: config.reconcile_after_ms,
          onLook: told.reconciled,
        }),
      { tasks: 1 },
    );
    await startProcessor(
      context,
      async () =>
        alertProcessor({
          ...createAlertCodecs(),
          limitsOf: limitsOf(config.alert_limits, config.alert_limits_of_campaigns),
          anomalies: { score: config.anomaly_score, hours: config.anomaly_hours },
          onAlert: told.alerted,
        }),
      { tasks: 1 },
    );
  },
});
