import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAvroCodec } from '@marketing-streams/contracts/avro-codec';
import type { GoldCustomer360 } from '@marketing-streams/contracts/generated/gold-customer-360';
import type { PropensityScore } from '@marketing-streams/contracts/generated/propensity-score';
import { createJsonCodec } from '@marketing-streams/contracts/json-codec';
import type { SchemaRegistry } from '@marketing-streams/contracts/schema-registry';
import { memoryRegistry } from '@marketing-streams/contracts/testing/memory-registry';
import { SHIPPED_SEGMENTS } from '@marketing-streams/domain/rules/segments';
import { createGoldCodecs, goldProcessor } from '@marketing-streams/service-gold/src/processor.ts';
import { createPublisherCodecs } from '@marketing-streams/service-gold-publisher/src/codecs.ts';
import { publisherProcessor } from '@marketing-streams/service-gold-publisher/src/processor.ts';
import { liveCustomersProcessor } from '@marketing-streams/service-live/src/customers/processor.ts';
import { scorerProcessor } from '@marketing-streams/service-scorer/src/processor.ts';
import { activations, customers, orders } from '@marketing-streams/service-silver/src/datasets.ts';
import { silverPart, silverProcessor } from '@marketing-streams/service-silver/src/processor.ts';
import type { ProcessorDefinition } from '@marketing-streams/stream/processor';
import { createInputRecords } from '@marketing-streams/tests/harness/input-codecs';
import { type BacklogSize, createBacklog } from '../backlog-records.ts';
import { type Lane, type LaneUsage, memoryTopics, openLane } from './lane.ts';

const PARTITIONS = 6;
const DAY_MILLISECONDS = 86_400_000;

/** The processors between the input topics and the published record, in the order in which records go. */
export const PROCESSORS = ['silver', 'gold', 'scorer', 'live-customers', 'gold-publisher'] as const;
export type ProcessorName = (typeof PROCESSORS)[number];

/** The processors as the services define them. */
export const defineProcessors = async (
  registry: SchemaRegistry,
): Promise<Readonly<Record<ProcessorName, ProcessorDefinition>>> => ({
  silver: silverProcessor([
    silverPart(await customers(registry), PARTITIONS),
    silverPart(await orders(registry), PARTITIONS),
    silverPart(await activations(registry), PARTITIONS),
  ]),
  gold: goldProcessor(await createGoldCodecs(registry), PARTITIONS),
  scorer: scorerProcessor({
    customer360: await createAvroCodec<GoldCustomer360>({ registry, topic: 'gold.customer_360.v1' }),
    scores: createJsonCodec<PropensityScore>('dom.propensity.score.v1'),
    partitions: PARTITIONS,
    rescoreAfterMilliseconds: DAY_MILLISECONDS,
  }),
  'live-customers': await liveCustomersProcessor(registry, {
    partitions: PARTITIONS,
    segments: SHIPPED_SEGMENTS,
  }),
  'gold-publisher': publisherProcessor(await createPublisherCodecs(registry), PARTITIONS),
});

/** What each processor used for a whole backlog. */
export type ProcessorUsage = {
  /** Input events of the pipeline; every figure is to be divided by it. */
  readonly events: number;
  readonly of: Readonly<Record<ProcessorName, LaneUsage>>;
};

/**
 * Steps a backlog through all processors in this process, without a broker: decode, rules, outputs, state store.
 * Every processor in turn takes one transaction of at most `batch` records, until none has anything to do. What
 * a lane publishes is fed to the next one as it is.
 */
export const measureProcessors = async (size: BacklogSize, batch: number): Promise<ProcessorUsage> => {
  const folder = mkdtempSync(join(tmpdir(), 'marketing-streams-processors-'));
  const registry = memoryRegistry();
  const definitions = await defineProcessors(registry);
  const lanes = new Map<ProcessorName, Lane>();
  try {
    for (const name of PROCESSORS) lanes.set(name, await openLane(definitions[name], join(folder, name)));
    const { records } = createBacklog(await createInputRecords(registry), size, 1);
    const topics = memoryTopics(PARTITIONS);
    topics.append(records);
    for (let busy = true; busy; ) {
      busy = false;
      for (const lane of lanes.values()) busy = (await lane.run(topics, batch)) || busy;
    }
    const of = Object.fromEntries([...lanes].map(([name, lane]) => [name, lane.usage()])) as Record<
      ProcessorName,
      LaneUsage
    >;
    return { events: records.length, of };
  } finally {
    for (const lane of lanes.values()) await lane.close();
    rmSync(folder, { recursive: true, force: true });
  }
};
