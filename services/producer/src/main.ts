import { createSchemaRegistry } from '@marketing-streams/contracts/schema-registry';
import { createAdTraffic, dayAndNight } from '@marketing-streams/domain/simulation/ad-traffic';
import { runService } from '@marketing-streams/platform/service';
import type { OutgoingRecord } from '@marketing-streams/stream/kafka/api';
import { createKafkaClient } from '@marketing-streams/stream/kafka/client';
import { adRecord } from './ad-records.ts';
import { adWeights, shape } from './config.ts';
import { fakerContent } from './content.ts';
import { eventRecords, type ToRecord } from './event-records.ts';
import { openPastTeller } from './past-teller.ts';
import { createPatience, type Patience } from './patience.ts';
import { runTraffic } from './run-traffic.ts';
import { type PastTeller, tellPast } from './tell-past.ts';
import { companyTraffic } from './traffic.ts';

/** Kafka forgets a group's position after seven days without a commit (`offsets.retention.minutes`). */
const REMEMBER_EVERY_MILLISECONDS = 86_400_000;

await runService({
  name: 'producer',
  description:
    'lets a simulated company happen: customers, orders, messages and advertisements on the input topics.',
  shape,
  start: async ({ name, config, logger, metrics, addCheck, onShutdown, crash }) => {
    const weights = adWeights(config);
    const startedAt = Date.now();
    const stop = new AbortController();
    const { signal } = stop;
    const patient = (): Patience =>
      createPatience(signal, (error, waitMilliseconds) =>
        logger.warn({ err: error, waitMilliseconds }, 'waiting for an outage to end'),
      );
    const customers = patient();
    const ads = patient();
    addCheck('outage', () => customers.problem() ?? ads.problem());
    const produced = metrics.counter('producer_events_total', 'Events the broker has accepted.', ['kind']);
    const kafka = createKafkaClient({
      bootstrapServers: config.kafka_bootstrap_servers,
      clientId: name,
      logger,
    });
    const producer = kafka.producer();
    const registry = createSchemaRegistry({ url: config.schema_registry_url });
    const traffic = companyTraffic(config, fakerContent(config.seed));
    // Again and whole until accepted: of what is sent when the broker goes, a part may come twice.
    const send = (patience: Patience, records: readonly OutgoingRecord[]) =>
      patience.insist(() => producer.send(records));

    const rememberPast = (toRecord: ToRecord) =>
      customers.insist(async () => {
        const teller = await openPastTeller(kafka, toRecord, config);
        try {
          const tell: PastTeller['tell'] = async (events, told) => {
            await teller.tell(events, told);
            for (const { kind } of events) produced.inc({ kind });
          };
          return await tellPast({ ...teller, tell }, traffic.pastUpTo, startedAt, signal);
        } finally {
          await teller.close();
        }
      });

    const runCustomers = async (): Promise<void> => {
      const toRecord = await customers.insist(() => eventRecords(registry));
      const past = await rememberPast(toRecord);
      logger.info({ events: past.events, until: new Date(past.until) }, 'the past of the company is told');
      const remembering = setInterval(() => run(() => rememberPast(toRecord)), REMEMBER_EVERY_MILLISECONDS);
      signal.addEventListener('abort', () => clearInterval(remembering));
      const { next } = traffic.liveSince(past.until, startedAt);
      await runTraffic(
        { next, rate: config.rate },
        {
          now: Date.now,
          signal,
          publish: async (events) => {
            await send(customers, events.map(toRecord));
            for (const { kind } of events) produced.inc({ kind });
          },
        },
      );
    };

    const runAds = async (): Promise<void> => {
      const { next } = createAdTraffic({ seed: config.seed, run: startedAt, weights });
      await runTraffic(
        { next, rate: config.ad_rate, busyness: dayAndNight },
        {
          now: Date.now,
          signal,
          publish: async (events) => {
            await send(ads, events.map(adRecord));
            for (const { event } of events) produced.inc({ kind: event });
          },
        },
      );
    };

    const run = (what: () => Promise<unknown>): Promise<unknown> =>
      what().catch((error: unknown) => {
        if (!signal.aborted) crash(error);
      });
    const running = [run(runCustomers), ...(config.ad_rate > 0 ? [run(runAds)] : [])];
    onShutdown('traffic', async () => {
      stop.abort();
      await Promise.all(running);
      await producer.close();
    });
  },
});
