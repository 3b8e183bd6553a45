import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createAvroCodec } from '@marketing-streams/contracts/avro-codec';
import type { SilverOrder } from '@marketing-streams/contracts/generated/silver-order';
import { partitionOf } from '@marketing-streams/contracts/partitioner';
import { orderKey } from '@marketing-streams/contracts/row-key';
import { mergeOrder } from '@marketing-streams/domain/order';
import type { OutgoingRecord } from '@marketing-streams/stream/kafka/api';
import { byName, lagOf } from '@marketing-streams/tests/harness/caught-up';
import { orderPlaced } from '@marketing-streams/tests/harness/input-events';
import { PROCESSOR_INPUTS } from '@marketing-streams/tests/harness/topology';
import { waitUntil } from '@marketing-streams/tests/harness/wait-until';
import { publishAtOnce } from './backlog-run.ts';
import { readersOf } from './lag-watch.ts';
import { type Metric, rounded } from './metric.ts';
import { usageOf } from './process-usage.ts';
import type { Rig } from './rig.ts';

/** For a million orders; see the goals in bench/README.md. */
const GOAL_SECONDS = 10;
const GOAL_IS_FOR_ORDERS = 1_000_000;
const RESOLUTION_SECONDS = 0.5;

const ORDERS_PER_CUSTOMER = 10;
const ROWS_AT_ONCE = 100_000;
const PATIENCE_MILLISECONDS = 300_000;
const LOOK_EVERY_MILLISECONDS = 50;
const MEGABYTE = 1024 * 1024;

/** Of silver's rows, which a restore reads; everything else would only read them too. */
const OTHERS = ['bronze', 'gold', 'scorer', 'gold-publisher', 'webapp'] as const;

/** Rows of silver's own topic, as silver would have written them. */
const silverOrders = async (rig: Rig): Promise<(from: number, to: number) => Iterable<OutgoingRecord>> => {
  const { registry, kafka } = rig.access;
  const topic = 'silver.orders.v1';
  const codec = await createAvroCodec<SilverOrder>({ registry, topic });
  const admin = kafka.admin();
  const partitions = (await admin.partitionsOf([topic])).get(topic)!;
  await admin.close();
  return function* (from, to) {
    for (let index = from; index < to; index++) {
      const customer_id = `restore-${Math.floor(index / ORDERS_PER_CUSTOMER)}`;
      const event = orderPlaced({
        order_id: `o-${index}`,
        customer_id,
        total_amount: 100 + (index % 50_000),
        placed_at: Date.now(),
      });
      const partition = partitionOf(customer_id, partitions);
      const row = mergeOrder(undefined, event, { topic: 'dom.order.placed.v1', partition, offset: index });
      yield { topic, partition, key: orderKey(event), value: Buffer.from(codec.encode(row!)) };
    }
  };
};

/**
 * Silver's store lost with so many orders in it: seconds from its process's start until an order that came while
 * it was down is answered for. The rows come from the bench, straight onto silver's compacted topic, and silver's
 * table has taken them before; the other services are stopped. The rig is of no use afterwards.
 */
export const measureRestore = async (
  rig: Rig,
  orders: number,
  say: (text: string) => void,
): Promise<readonly Metric[]> => {
  const { access, pipeline } = rig;
  const anOrder = (customer_id: string): OutgoingRecord =>
    access.inputs.order(
      orderPlaced({ order_id: 'o-1', customer_id, total_amount: 100, placed_at: Date.now() }),
    );
  await access.send([anOrder('restore-first')]);
  await access.caughtUp(60_000);
  await Promise.all(OTHERS.map((name) => pipeline.services[name].stop()));

  const rows = await silverOrders(rig);
  for (let from = 0; from < orders; from += ROWS_AT_ONCE) {
    await publishAtOnce(access, rows(from, Math.min(orders, from + ROWS_AT_ONCE)));
  }
  say(`  ${orders} rows are written; silver's table takes them …`);
  const admin = access.kafka.admin();
  try {
    for (const reader of readersOf(rig, 'silver')) {
      if (!reader.name.startsWith('table')) continue;
      const ends = await admin.endOffsets(reader.topics);
      await waitUntil(
        'the table holds all rows',
        async () => lagOf(access.kafka, reader.name, ends, await reader.positions(ends)),
        PATIENCE_MILLISECONDS,
        500,
      );
    }

    say('  silver starts without its store …');
    let startedAt = 0;
    const started = pipeline.services.silver.kill(async () => {
      rmSync(join(pipeline.stateDirectory, 'silver'), { recursive: true });
      await access.send([anOrder('restore-last')]);
      startedAt = performance.now();
    });
    await started;
    const readySeconds = (performance.now() - startedAt) / 1000;
    const ends = await admin.endOffsets(PROCESSOR_INPUTS['silver']!);
    await waitUntil(
      'silver has answered for all orders',
      async () => lagOf(access.kafka, 'silver', ends, byName(await admin.committedPositions('silver', ends))),
      PATIENCE_MILLISECONDS,
      LOOK_EVERY_MILLISECONDS,
    );
    const seconds = (performance.now() - startedAt) / 1000;
    const usage = usageOf(pipeline.services.silver.pid()!);
    return [
      {
        name: 'restore.silver_s',
        value: rounded(seconds),
        unit: 's',
        better: 'lower',
        resolution: RESOLUTION_SECONDS,
        ...(orders === GOAL_IS_FOR_ORDERS ? { goal: GOAL_SECONDS } : {}),
      },
      { name: 'restore.silver_ready_s', value: rounded(readySeconds), unit: 's', better: 'info' },
      { name: 'restore.silver_cpu_s', value: rounded(usage.cpuSeconds), unit: 's', better: 'info' },
      {
        name: 'restore.silver_anonymous_mb',
        value: Math.round(usage.anonymousBytes / MEGABYTE),
        unit: 'MB',
        better: 'info',
      },
    ];
  } finally {
    await admin.close();
  }
};
