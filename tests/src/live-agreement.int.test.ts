import type { CustomerConsolidated } from '@marketing-streams/contracts/generated/customer-consolidated';
import { createJsonCodec } from '@marketing-streams/contracts/json-codec';
import { companyCustomers } from '@marketing-streams/domain/simulation/company-history';
import { plainContent } from '@marketing-streams/domain/testing/fold-events';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readGold } from './harness/gold-topic.ts';
import type { PipelineAccess } from './harness/pipeline-access.ts';
import { killProducers, startProducer } from './harness/producer-process.ts';
import { readCompacted } from './harness/read-topic.ts';
import { sharedPipeline } from './harness/shared-pipeline.ts';
import { waitUntil } from './harness/wait-until.ts';

const { decode } = createJsonCodec<CustomerConsolidated>('dom.customer.consolidated.v1');

/** No other test's; what happens follows from it. */
const SEED = 20_261_121;
const CUSTOMERS = 40;
/** Events of each run: some are changes of contacts, which a sign-up that is told again would take back. */
const EVENTS = 1_500;

let pipeline: PipelineAccess;

beforeAll(async () => {
  pipeline = await sharedPipeline('live-agreement', ['live']);
});
afterEach(killProducers);
afterAll(() => pipeline?.close());

/** Lets a company happen for a while, from its start or from where it was. */
const letHappen = async (): Promise<void> => {
  const { kafkaBootstrapServers, schemaRegistryUrl } = pipeline.infrastructure;
  const producer = await startProducer({
    KAFKA_BOOTSTRAP_SERVERS: kafkaBootstrapServers,
    SCHEMA_REGISTRY_URL: schemaRegistryUrl,
    SEED: `${SEED}`,
    CUSTOMERS: `${CUSTOMERS}`,
    RATE: '1000',
    AD_RATE: '0',
  });
  await waitUntil('enough has happened', async () => {
    const metrics = await (await fetch(`${producer.url}/metrics`)).text();
    const counts = [...metrics.matchAll(/^producer_events_total\{.*\} (\d+)$/gm)].map(([, count]) =>
      Number(count),
    );
    const events = counts.reduce((sum, count) => sum + count, 0);
    return events >= EVENTS ? null : `${events} events`;
  });
  await producer.stop();
};

describe('live aggregation and gold', () => {
  it('agree about every customer after the producer was started again', async () => {
    await letHappen();
    await letHappen();
    await pipeline.caughtUp(60_000);

    const live = await readCompacted(pipeline.kafka, 'dom.customer.consolidated.v1', decode);
    const gold = await readGold(pipeline.kafka);
    const ids = companyCustomers({ seed: SEED, customers: CUSTOMERS }, plainContent, Date.now()).map(
      ({ customer_id }) => customer_id,
    );
    expect(ids.filter((id) => gold.has(id)).length).toBeGreaterThan(CUSTOMERS / 2);
    const differing = ids.filter((id) => {
      const consolidated = live.get(id);
      return Object.entries(consolidated ?? { customer_id: null }).some(
        ([field, value]) => gold.get(id)?.[field as keyof CustomerConsolidated] !== value,
      );
    });
    expect(differing.map((id) => [live.get(id), gold.get(id)])).toEqual([]);
  });
});
