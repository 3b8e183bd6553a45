import type { TopicName } from '@marketing-streams/contracts/topics';
import type { PipelineAccess } from '@marketing-streams/tests/harness/pipeline-access';
import { type BacklogSize, createBacklog } from './backlog-records.ts';
import { runBacklog } from './backlog-run.ts';
import { usageMetrics } from './backlog-usage.ts';
import { budgetMetrics } from './budget.ts';
import { type Metric, rounded } from './metric.ts';
import type { Rig } from './rig.ts';

/** Through all layers and tables; see the goals in bench/README.md. */
const GOAL_EVENTS_PER_SECOND = 25_000;

const WARM_UP: BacklogSize = { customers: 100, orders: 3_000, activations: 1_500 };
const WARM_UP_SEED = 99;

/** Sends a small backlog through, so that code is compiled before anything is measured. */
export const warmUp = async (rig: Rig): Promise<void> => {
  await runBacklog(rig, createBacklog(rig.access.inputs, WARM_UP, WARM_UP_SEED));
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
  const { access } = rig;
  await warmUp(rig);
  const backlog = createBacklog(access.inputs, size, seed);
  const events = backlog.records.length;
  const before = await recordsOf(access);
  const run = await runBacklog(rig, backlog);
  const after = await recordsOf(access);
  const { goldSeconds, deltaSeconds, metered } = run;
  return [
    { name: 'backlog.to_last_gold_record_s', value: rounded(goldSeconds), unit: 's', better: 'lower' },
    { name: 'backlog.to_last_delta_row_s', value: rounded(deltaSeconds), unit: 's', better: 'lower' },
    {
      name: 'backlog.events_per_second',
      value: Math.round(events / Math.max(goldSeconds, deltaSeconds)),
      unit: 'events/s',
      better: 'higher',
      goal: GOAL_EVENTS_PER_SECOND,
    },
    ...usageMetrics(run, events),
    ...budgetMetrics(metered, events),
    ...PASSED_TOPICS.map(
      (topic): Metric => ({
        name: `backlog.records.${topic}`,
        value: (after.get(topic) ?? 0) - (before.get(topic) ?? 0),
        unit: 'records',
        better: 'info',
      }),
    ),
  ];
};
