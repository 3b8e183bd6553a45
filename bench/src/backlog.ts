import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { TopicName } from '@marketing-streams/contracts/topics';
import type { OutgoingRecord } from '@marketing-streams/stream/kafka/api';
import type { PipelineAccess } from '@marketing-streams/tests/harness/pipeline-access';
import { TABLE_TOPICS } from '@marketing-streams/tests/harness/topology';
import { waitUntil } from '@marketing-streams/tests/harness/wait-until';
import { type BacklogSize, createBacklog } from './backlog-records.ts';
import { followGold, type GoldFigures } from './gold-follower.ts';
import { type Metric, rounded } from './metric.ts';
import type { ProcessUsage } from './process-usage.ts';
import { PROCESSES, type ProcessName, type Rig, WORKERS } from './rig.ts';

/** Design, section 9. */
const GOALS = { eventsPerSecond: 25_000, eventsPerCpuSecond: 16_000, residentMegabytes: 1024 };

const RECORDS_PER_SEND = 5_000;
const PATIENCE_MILLISECONDS = 300_000;
const LOOK_EVERY_MILLISECONDS = 100;
const MEGABYTE = 1024 * 1024;

/** The newest record of each customer that is not exact yet, and when it came. */
type Newest = { readonly value: Buffer; readonly at: number };

const isExact = (figures: GoldFigures, expected: GoldFigures): boolean =>
  figures.order_count === expected.order_count &&
  figures.delivered === expected.delivered &&
  figures.failed === expected.failed &&
  Math.round(figures.lifetime_value * 100) === expected.lifetime_value;

/**
 * Follows the customers until each one's figures are exact, to the cent. Values are parsed now and then, not one
 * by one, so that the driver takes little of the machine it measures.
 */
const watchForExactness = (expected: ReadonlyMap<string, GoldFigures>) => {
  const open = new Map(expected);
  const newest = new Map<string, Newest>();
  let lastAt = 0;
  return {
    onGold: (customerId: string, value: Buffer, at: number): void => {
      if (open.has(customerId)) newest.set(customerId, { value, at });
    },
    /** When the last customer became exact; null while some are not. */
    completedAt: (): number | null => {
      for (const [customerId, { value, at }] of newest) {
        const figures = JSON.parse(value.toString('utf8')) as GoldFigures;
        if (!isExact(figures, open.get(customerId)!)) continue;
        open.delete(customerId);
        lastAt = Math.max(lastAt, at);
      }
      newest.clear();
      return open.size === 0 ? lastAt : null;
    },
    open: () => open.size,
  };
};

/**
 * Writes the whole backlog in one transaction: services that are up and warm see none of it before the commit
 * and all of it after, so that nothing of the writing is in the measurement. Gives the time of the commit.
 */
const publishAtOnce = async (access: PipelineAccess, records: readonly OutgoingRecord[]): Promise<number> => {
  const producer = access.kafka.transactionalProducer({
    transactionalId: `bench-backlog-${Date.now()}`,
    transactionTimeoutMilliseconds: 300_000,
  });
  try {
    await producer.init();
    producer.begin();
    for (let from = 0; from < records.length; from += RECORDS_PER_SEND) {
      await producer.send(records.slice(from, from + RECORDS_PER_SEND));
    }
    const at = performance.now();
    await producer.commit();
    return at;
  } finally {
    await producer.close();
  }
};

/** When the last commit of any table was made, on the monotonic clock. */
const lastTableCommit = (deltaDirectory: string): number =>
  Math.max(
    ...Object.keys(TABLE_TOPICS).flatMap((table) => {
      const log = join(deltaDirectory, table, '_delta_log');
      return readdirSync(log)
        .filter((name) => /^\d{20}\.json$/.test(name))
        .map((name) => statSync(join(log, name)).mtimeMs);
    }),
  ) - performance.timeOrigin;

const usageMetrics = (
  before: Readonly<Record<ProcessName, ProcessUsage>>,
  after: Readonly<Record<ProcessName, ProcessUsage>>,
  events: number,
): readonly Metric[] => {
  const cpu = (name: ProcessName): number => after[name].cpuSeconds - before[name].cpuSeconds;
  const sum = (of: (name: ProcessName) => number): number =>
    WORKERS.reduce((total, name) => total + of(name), 0);
  const workersCpu = sum(cpu);
  return [
    {
      name: 'backlog.events_per_cpu_second_of_workers',
      value: Math.round(events / workersCpu),
      unit: 'events/CPU-s',
      better: 'higher',
      goal: GOALS.eventsPerCpuSecond,
    },
    {
      name: 'backlog.workers_peak_resident_mb',
      value: Math.round(sum((name) => after[name].peakResidentBytes) / MEGABYTE),
      unit: 'MB',
      better: 'lower',
      goal: GOALS.residentMegabytes,
    },
    ...PROCESSES.flatMap((name): readonly Metric[] => [
      { name: `backlog.cpu.${name}_s`, value: rounded(cpu(name)), unit: 's', better: 'info' },
      {
        name: `backlog.resident.${name}_mb`,
        value: Math.round(after[name].residentBytes / MEGABYTE),
        unit: 'MB',
        better: 'info',
      },
      {
        name: `backlog.peak_resident.${name}_mb`,
        value: Math.round(after[name].peakResidentBytes / MEGABYTE),
        unit: 'MB',
        better: 'info',
      },
    ]),
  ];
};

/** Topics whose records tell how much of the backlog was coalesced on its way. */
const PASSED_TOPICS: readonly TopicName[] = [
  'silver.customers.v1',
  'silver.orders.v1',
  'silver.activations.v1',
  'gold.customer_360.v1',
  'dom.propensity.score.v1',
  'dom.customer.gold.v1',
];

/** Records per topic so far, transaction markers included. */
const recordsOf = async ({ kafka }: PipelineAccess): Promise<ReadonlyMap<string, number>> => {
  const admin = kafka.admin();
  try {
    const counts = new Map<string, number>();
    for (const { topic, offset } of await admin.endOffsets(PASSED_TOPICS)) {
      counts.set(topic, (counts.get(topic) ?? 0) + offset);
    }
    return counts;
  } finally {
    await admin.close();
  }
};

/** A backlog through all layers and tables: until every customer's gold record is exact, and to the last Delta row. */
export const measureBacklog = async (
  rig: Rig,
  size: BacklogSize,
  seed: number,
): Promise<readonly Metric[]> => {
  const { access, pipeline } = rig;
  const { records, expected } = createBacklog(access.inputs, size, seed);
  const watch = watchForExactness(expected);
  const follower = followGold(access.kafka, watch.onGold);
  try {
    await follower.ready;
    const recordsBefore = await recordsOf(access);
    const before = rig.usage();
    const begin = await publishAtOnce(access, records);
    let completedAt: number | null = null;
    await waitUntil(
      'every customer is exact',
      async () => {
        completedAt = watch.completedAt();
        return completedAt === null ? `${watch.open()} customers are not` : null;
      },
      PATIENCE_MILLISECONDS,
      LOOK_EVERY_MILLISECONDS,
    );
    await access.caughtUp(PATIENCE_MILLISECONDS);
    const goldSeconds = (completedAt! - begin) / 1000;
    const deltaSeconds = (lastTableCommit(pipeline.deltaDirectory) - begin) / 1000;
    const events = records.length;
    const after = rig.usage();
    const recordsAfter = await recordsOf(access);
    return [
      { name: 'backlog.to_last_gold_record_s', value: rounded(goldSeconds), unit: 's', better: 'lower' },
      { name: 'backlog.to_last_delta_row_s', value: rounded(deltaSeconds), unit: 's', better: 'lower' },
      {
        name: 'backlog.events_per_second',
        value: Math.round(events / Math.max(goldSeconds, deltaSeconds)),
        unit: 'events/s',
        better: 'higher',
        goal: GOALS.eventsPerSecond,
      },
      ...usageMetrics(before, after, events),
      ...PASSED_TOPICS.map(
        (topic): Metric => ({
          name: `backlog.records.${topic}`,
          value: (recordsAfter.get(topic) ?? 0) - (recordsBefore.get(topic) ?? 0),
          unit: 'records',
          better: 'info',
        }),
      ),
    ];
  } finally {
    await follower.stop();
  }
};
