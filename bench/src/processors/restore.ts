import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAvroCodec } from '@marketing-streams/contracts/avro-codec';
import type { SilverOrder } from '@marketing-streams/contracts/generated/silver-order';
import { partitionOf } from '@marketing-streams/contracts/partitioner';
import type { KafkaRecord } from '@marketing-streams/contracts/record';
import { orderKey } from '@marketing-streams/contracts/row-key';
import type { SchemaRegistry } from '@marketing-streams/contracts/schema-registry';
import { memoryRegistry } from '@marketing-streams/contracts/testing/memory-registry';
import { createLogger } from '@marketing-streams/platform/logging';
import type { FetchedPartition } from '@marketing-streams/stream/kafka/api';
import { openTaskStore } from '@marketing-streams/stream/state/task-store';
import { loadSources } from '@marketing-streams/stream/task/rebuild';
import { ITEMS } from '../backlog-records.ts';
import { defineProcessors, type ProcessorName } from './processors.ts';

const PARTITIONS = 6;
const TOPIC = 'silver.orders.v1';
/** About what one answer of the broker brings (16 MiB). */
const RECORDS_PER_FETCH = 60_000;

/** What restoring took. */
export type RestoreUsage = {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly stateBytes: number;
};

/** Orders of many customers in the order in which they were placed, as fetches from all partitions bring them. */
const fetchedOrders = async function* (
  registry: SchemaRegistry,
  orders: number,
  customers: number,
): AsyncIterable<readonly FetchedPartition[]> {
  const codec = await createAvroCodec<SilverOrder>({ registry, topic: TOPIC });
  const offsets = Array.from({ length: PARTITIONS }, () => 0);
  for (let first = 0; first < orders; first += RECORDS_PER_FETCH) {
    const pieces: KafkaRecord[][] = Array.from({ length: PARTITIONS }, () => []);
    for (let index = first; index < Math.min(orders, first + RECORDS_PER_FETCH); index++) {
      const customer_id = `customer-${(index * 7_919) % customers}`;
      const partition = partitionOf(customer_id, PARTITIONS);
      const offset = offsets[partition]!++;
      const placed_at = Date.UTC(2026, 0, 1) + index * 1_000;
      const row: SilverOrder = {
        order_id: `order-${index}`,
        customer_id,
        status: 'PLACED',
        total_amount: 100 + (index % 60_000),
        currency: 'USD',
        items: ITEMS,
        placed_at,
        updated_at: placed_at,
        source_offsets: [{ topic: 'dom.order.placed.v1', partition, offset }],
      };
      const value = codec.encode(row);
      const key = Buffer.from(orderKey(row));
      pieces[partition]!.push({
        topic: TOPIC,
        partition,
        offset,
        timestamp: placed_at,
        key,
        value,
        headers: {},
      });
    }
    yield pieces.map((records, partition) => {
      const position = offsets[partition]!;
      return { topic: TOPIC, partition, records, position, end: position, bytes: 0 };
    });
  }
};

/** Rebuilds a processor's state from a compacted topic of so many orders, without a broker. */
export const measureRestore = async (
  name: Extract<ProcessorName, 'silver' | 'gold'>,
  orders: number,
  customers: number,
): Promise<RestoreUsage> => {
  const folder = mkdtempSync(join(tmpdir(), 'marketing-streams-restore-'));
  const registry = memoryRegistry();
  const definition = (await defineProcessors(registry))[name];
  const sources = definition.rebuild?.sources.filter(({ topic }) => topic === TOPIC) ?? [];
  const store = openTaskStore(folder, definition.state);
  const owner = { producer_id: '1', epoch: 0 };
  await store.claim(owner);
  const meta = {
    cluster_id: 'bench',
    tasks: 1,
    partitions: PARTITIONS,
    rule_version: '1',
    owner,
    offsets: {},
    transaction: 0,
    stream_time: 0,
    timers: {},
    complete: false,
  };
  store.clear(meta);
  let milliseconds = 0;
  let cpu = 0;
  const reader = {
    // Making the records is no part of the figure.
    read: async (_: unknown, onFetched: (fetched: readonly FetchedPartition[]) => Promise<void> | void) => {
      for await (const fetched of fetchedOrders(registry, orders, customers)) {
        const [began, usage] = [performance.now(), process.cpuUsage()];
        await onFetched(fetched);
        milliseconds += performance.now() - began;
        const { user, system } = process.cpuUsage(usage);
        cpu += user + system;
      }
    },
  };
  const logger = createLogger('bench');
  try {
    const from = { rebuild: { sources, comparisons: [] }, logger };
    await loadSources(from, new Map(), { store, meta }, reader, new AbortController().signal);
    const stateBytes = statSync(join(folder, 'data.mdb')).size;
    return { seconds: milliseconds / 1_000, cpuSeconds: cpu / 1_000_000, stateBytes };
  } finally {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
};
