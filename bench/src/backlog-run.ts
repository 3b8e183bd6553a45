import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { OutgoingRecord } from '@marketing-streams/stream/kafka/api';
import type { PipelineAccess } from '@marketing-streams/tests/harness/pipeline-access';
import { TABLE_TOPICS } from '@marketing-streams/tests/harness/topology';
import { waitUntil } from '@marketing-streams/tests/harness/wait-until';
import type { Backlog } from './backlog-records.ts';
import { followGold, type GoldFigures } from './gold-follower.ts';
import type { ProcessUsage } from './process-usage.ts';
import type { Rig } from './rig.ts';
import type { ProcessName } from './rig-processes.ts';
import { type MeteredProcess, startThreadMeter } from './thread-meter.ts';

const RECORDS_PER_SEND = 5_000;
const PATIENCE_MILLISECONDS = 600_000;
const LOOK_EVERY_MILLISECONDS = 100;

/** What a backlog took on its way through everything, from the commit that made it visible. */
export type BacklogRun = {
  /** Until every customer's gold record was exact. */
  readonly goldSeconds: number;
  /** Until the last commit of any table, after which all tables hold all rows. */
  readonly deltaSeconds: number;
  readonly metered: Readonly<Record<ProcessName, MeteredProcess>>;
  /** At the end. */
  readonly usage: Readonly<Record<ProcessName, ProcessUsage>>;
};

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
 * Writes all records in one transaction: services that are up see none of them before the commit and all of
 * them after, so that nothing of the writing is in a measurement. Gives the time of the commit.
 */
export const publishAtOnce = async (
  access: PipelineAccess,
  records: Iterable<OutgoingRecord>,
): Promise<number> => {
  const producer = access.kafka.transactionalProducer({
    transactionalId: `bench-backlog-${Date.now()}`,
    transactionTimeoutMilliseconds: 300_000,
  });
  try {
    await producer.init();
    producer.begin();
    let batch: OutgoingRecord[] = [];
    for (const record of records) {
      if (batch.push(record) < RECORDS_PER_SEND) continue;
      await producer.send(batch);
      batch = [];
    }
    if (batch.length > 0) await producer.send(batch);
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

/** Sends a backlog through all layers and tables and waits until it is through, exact in every figure. */
export const runBacklog = async (rig: Rig, { records, expected }: Backlog): Promise<BacklogRun> => {
  const { access, pipeline } = rig;
  const watch = watchForExactness(expected);
  const follower = followGold(access.kafka, watch.onGold);
  try {
    await follower.ready;
    const meter = startThreadMeter(rig.pids());
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
    return {
      goldSeconds: (completedAt! - begin) / 1000,
      deltaSeconds: (lastTableCommit(pipeline.deltaDirectory) - begin) / 1000,
      metered: meter.stop(),
      usage: rig.usage(),
    };
  } finally {
    await follower.stop();
  }
};
