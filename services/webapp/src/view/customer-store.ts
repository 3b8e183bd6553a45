import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { PlatformError } from '@marketing-streams/platform/errors';
import type { Redis } from 'ioredis';
import { type HistoryEntry, orderEntryKey, timeOf } from './history.ts';
import type { Overlay } from './overlay.ts';
import { packValues } from './pack-values.ts';
import type { ViewBatch } from './view-batch.ts';
import { positionField, viewKeys } from './view-keys.ts';

/** What the view knows of itself: which view it is, and the next offset to read by `position:<topic>:<partition>`. */
export type ViewState = { readonly generation: string; readonly positions: ReadonlyMap<string, number> };

/** The live view in Redis. Every call throws REDIS_UNAVAILABLE when Redis does not answer. */
export type CustomerStore = {
  /**
   * The view's state; makes an empty view when there is none, or when the one there was read from another
   * Kafka cluster, whose offsets mean nothing here.
   */
  readonly open: (clusterId: string) => Promise<ViewState>;
  /** The view's state; null when there is no view, because Redis was flushed or is new. */
  readonly state: () => Promise<ViewState | null>;
  /** Removes every key of the view. */
  readonly reset: () => Promise<void>;
  /** Writes batches in one round trip; `stale` when the view is no longer the one of this generation. */
  readonly apply: (generation: string, batches: readonly ViewBatch[]) => Promise<'applied' | 'stale'>;
  /** Gold records as they lie on the topic; null where there is none. */
  readonly gold: (customerIds: readonly string[]) => Promise<readonly (Buffer | null)[]>;
  /** All gold records, some hundreds at a time. */
  readonly scanGold: () => AsyncIterable<readonly Buffer[]>;
  /** What happened to a customer, newest first. */
  readonly history: (customerId: string, limit: number) => Promise<readonly HistoryEntry[]>;
  /** One order of a customer as silver has it; null when it is not known. */
  readonly order: (customerId: string, orderId: string) => Promise<HistoryEntry | null>;
  readonly saveOverlay: (overlay: Overlay) => Promise<void>;
  readonly removeOverlays: (actionIds: readonly string[]) => Promise<void>;
  readonly overlays: () => Promise<readonly Overlay[]>;
};

const SCAN_COUNT = 500;
const APPLY_SCRIPT = readFileSync(new URL('./apply-batch.lua', import.meta.url), 'utf8');

const available = async <T>(work: Promise<T>): Promise<T> => {
  try {
    return await work;
  } catch (cause) {
    throw new PlatformError('REDIS_UNAVAILABLE', 'Redis does not answer', { cause });
  }
};

const argumentsOf = (
  generation: string,
  historyLimit: number,
  prefixes: readonly [string, string],
  batch: ViewBatch,
): (string | number | Buffer)[] => {
  const values: (string | number | Buffer)[] = [
    generation,
    historyLimit,
    ...prefixes,
    batch.stretches.length,
  ];
  for (const { topic, partition, first_offset, next_offset } of batch.stretches) {
    values.push(positionField(topic, partition), first_offset, next_offset);
  }
  values.push(batch.gold.length);
  for (const { stretch, offset, customer_id, gold, value } of batch.gold) {
    values.push(stretch + 1, offset, customer_id, gold?.version ?? 0, value ?? '');
  }
  values.push(batch.history.length);
  for (const { stretch, offset, customer_id, entry_key, entry } of batch.history) {
    const [time, json] = entry === null ? [0, ''] : [timeOf(entry), JSON.stringify(entry)];
    values.push(stretch + 1, offset, customer_id, entry_key, time, json);
  }
  return values;
};

/**
 * The view on one Redis, under one key prefix.
 * @param historyLimit entries kept per customer; the oldest go first.
 */
export const createCustomerStore = (redis: Redis, prefix: string, historyLimit: number): CustomerStore => {
  const keys = viewKeys(prefix);

  const stateFrom = (meta: Record<string, string>): ViewState | null => {
    const { generation } = meta;
    if (generation === undefined) return null;
    const positions = Object.entries(meta)
      .filter(([field]) => field.startsWith('position:'))
      .map(([field, offset]) => [field, Number(offset)] as const);
    return { generation, positions: new Map(positions) };
  };

  const deleteAll = async (): Promise<void> => {
    let cursor = '0';
    do {
      const [next, found] = await redis.scan(cursor, 'MATCH', `${keys.prefix}*`, 'COUNT', SCAN_COUNT);
      if (found.length > 0) await redis.unlink(...found);
      cursor = next;
    } while (cursor !== '0');
  };

  const open = async (clusterId: string): Promise<ViewState> => {
    const known = await redis.hget(keys.meta, 'cluster_id');
    if (known !== null && known !== clusterId) await deleteAll();
    await redis.hset(keys.meta, 'cluster_id', clusterId);
    await redis.hsetnx(keys.meta, 'generation', randomUUID());
    const state = stateFrom(await redis.hgetall(keys.meta));
    if (state === null)
      throw new PlatformError('STATE_CONFLICT', 'the view was removed while it was being opened');
    return state;
  };

  const apply = async (generation: string, batches: readonly ViewBatch[]): Promise<'applied' | 'stale'> => {
    const pipeline = redis.pipeline();
    for (const batch of batches) {
      const values = argumentsOf(generation, historyLimit, [keys.historyRows, keys.historyTimes], batch);
      pipeline.eval(APPLY_SCRIPT, 3, keys.meta, keys.gold, keys.versions, packValues(values));
    }
    const results = await pipeline.exec();
    for (const [error, answer] of results ?? []) {
      if (error !== null) throw error;
      if (answer === 'STALE') return 'stale';
    }
    return 'applied';
  };

  const history = async (customerId: string, limit: number): Promise<readonly HistoryEntry[]> => {
    const entryKeys = await redis.zrevrange(keys.historyTimes + customerId, 0, limit - 1);
    if (entryKeys.length === 0) return [];
    const rows = await redis.hmget(keys.historyRows + customerId, ...entryKeys);
    return rows.filter((row) => row !== null).map((row) => JSON.parse(row) as HistoryEntry);
  };

  return {
    open: (clusterId) => available(open(clusterId)),
    state: async () => stateFrom(await available(redis.hgetall(keys.meta))),
    reset: () => available(deleteAll()),
    apply: (generation, batches) => available(apply(generation, batches)),
    gold: async (ids) => (ids.length === 0 ? [] : available(redis.hmgetBuffer(keys.gold, ...ids))),
    scanGold: async function* () {
      let cursor = '0';
      do {
        const [next, flat] = await available(redis.hscanBuffer(keys.gold, cursor, 'COUNT', SCAN_COUNT));
        cursor = next.toString();
        yield flat.filter((_, position) => position % 2 === 1);
      } while (cursor !== '0');
    },
    history: (customerId, limit) => available(history(customerId, limit)),
    order: async (customerId, orderId) => {
      const row = await available(redis.hget(keys.historyRows + customerId, orderEntryKey(orderId)));
      return row === null ? null : (JSON.parse(row) as HistoryEntry);
    },
    saveOverlay: async (overlay) => {
      await available(redis.hset(keys.overlays, overlay.action_id, JSON.stringify(overlay)));
    },
    removeOverlays: async (actionIds) => {
      if (actionIds.length > 0) await available(redis.hdel(keys.overlays, ...actionIds));
    },
    overlays: async () =>
      (await available(redis.hvals(keys.overlays))).map((json) => JSON.parse(json) as Overlay),
  };
};
