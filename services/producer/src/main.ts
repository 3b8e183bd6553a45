import { createSchemaRegistry } from '@marketing-streams/contracts/schema-registry';
import { runService } from '@marketing-streams/platform/service';
import { createKafkaClient } from '@marketing-streams/stream/kafka/client';
import { shape } from './config.ts';
import { fakerContent } from './content.ts';
import { eventRecords } from './event-records.ts';
import { createPatience } from './patience.ts';
import { runTraffic } from './run-traffic.ts';
import { companyTraffic } from './traffic.ts';

await runService({
  name: 'producer',
  description: 'lets a simulated company happen: customers, orders and messages on the input topics.',
  shape,
  start: async ({ name, config, logger, metrics, addCheck, onShutdown, crash }) => {
    const stop = new AbortController();
    const patience = createPatience(stop.signal, (error, waitMilliseconds) =>
      logger.warn({ err: error, waitMilliseconds }, 'waiting for an outage to end'),
    );
    addCheck('outage', patience.problem);
    const produced = metrics.counter('producer_events_total', 'Events the broker has accepted.', ['kind']);
    const producer = createKafkaClient({
      bootstrapServers: config.kafka_bootstrap_servers,
      clientId: name,
      logger,
    }).producer();
    const registry = createSchemaRegistry({ url: config.schema_registry_url });

    const run = async (): Promise<void> => {
      const toRecord = await patience.insist(() => eventRecords(registry));
      const traffic = companyTraffic(config, fakerContent(config.seed), Date.now());
      logger.info({ events: traffic.history.length }, 'telling the past of the company');
      await runTraffic(traffic, config.rate, {
        now: Date.now,
        signal: stop.signal,
        publish: async (events) => {
          const records = events.map(toRecord);
          // Again and whole until accepted: a part that had arrived comes twice, which changes nothing.
          await patience.insist(() => producer.send(records));
          for (const { kind } of events) produced.inc({ kind });
        },
      });
    };
    const running = run().catch((error: unknown) => {
      if (!stop.signal.aborted) crash(error);
    });
    onShutdown('traffic', async () => {
      stop.abort();
      await running;
      await producer.close();
    });
  },
});
