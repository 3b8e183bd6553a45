import { randomUUID } from 'node:crypto';
import { createLogger } from '@marketing-streams/platform/logging';
import type { Redis } from 'ioredis';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { customerGold, NOON } from '../testing/customer-gold.ts';
import { type CustomerStore, createCustomerStore } from './customer-store.ts';
import { connectRedis, type RedisConnection } from './redis-connection.ts';
import type { GoldChange, HistoryChange, ViewBatch } from './view-batch.ts';

const HISTORY_LIMIT = 3;
const logger = createLogger('test');
const connections: RedisConnection[] = [];

const connect = async (): Promise<Redis> => {
  const connection = connectRedis(process.env['REDIS_URL'] ?? '', logger);
  connections.push(connection);
  if (connection.redis.status !== 'ready') {
    await new Promise((resolve) => connection.redis.once('ready', resolve));
  }
  return connection.redis;
};

let redis: Redis;
let prefix: string;
let store: CustomerStore;
let generation: string;

beforeEach(async () => {
  redis ??= await connect();
  prefix = `test-${randomUUID()}:`;
  store = createCustomerStore(redis, prefix, HISTORY_LIMIT);
  generation = (await store.open('cluster')).generation;
});
afterAll(async () => {
  await Promise.all(connections.map(({ close }) => close()));
});

const gold = (customer_id: string, version: number, offset: number): GoldChange => {
  const customer = customerGold({ customer_id, version });
  return { customer_id, gold: customer, value: Buffer.from(JSON.stringify(customer)), stretch: 0, offset };
};

const batch = (first_offset: number, next_offset: number, changes: Partial<ViewBatch>): ViewBatch => ({
  stretches: [{ topic: 'gold', partition: 0, first_offset, next_offset }],
  gold: [],
  history: [],
  ...changes,
});

const versionOf = async (customerId: string): Promise<number | null> => {
  const [value] = await store.gold([customerId]);
  return value ? (JSON.parse(value.toString('utf8')) as { version: number }).version : null;
};

const delivery = (activation_id: string, offset: number): HistoryChange => ({
  customer_id: 'a',
  entry_key: `delivery:${activation_id}`,
  entry: {
    kind: 'delivery',
    row: {
      activation_id,
      customer_id: 'a',
      campaign_id: null,
      channel: 'SMS',
      status: 'DELIVERED',
      failure_reason: null,
      occurred_at: NOON + offset,
      source_offsets: [],
    },
  },
  stretch: 0,
  offset,
});

describe('the view in Redis', () => {
  it('writes rows and positions together', async () => {
    expect(await store.apply(generation, [batch(0, 2, { gold: [gold('a', 1, 0), gold('b', 4, 1)] })])).toBe(
      'applied',
    );
    expect(await versionOf('a')).toBe(1);
    expect((await store.state())?.positions.get('position:gold:0')).toBe(2);
  });

  it('never goes back to an older version, whatever comes in which order', async () => {
    await store.apply(generation, [batch(0, 2, { gold: [gold('a', 5, 0)] })]);
    await store.apply(generation, [batch(2, 4, { gold: [gold('a', 3, 2)] })]);
    expect(await versionOf('a')).toBe(5);
  });

  it('never goes back under writers that race each other', async () => {
    const writers = await Promise.all(
      Array.from({ length: 4 }, async () => createCustomerStore(await connect(), prefix, HISTORY_LIMIT)),
    );
    const seen: number[] = [];
    const versions = Array.from({ length: 200 }, (_, index) => index + 1);
    await Promise.all([
      ...writers.map(async (writer, number) => {
        // Each in an order of its own, and each on a partition of its own, so that only versions decide.
        const own = versions.toSorted(
          (a, b) => ((a * 37 * (number + 1)) % 211) - ((b * 37 * (number + 1)) % 211),
        );
        for (const [offset, version] of own.entries()) {
          const change = gold('a', version, offset);
          await writer.apply(generation, [
            {
              stretches: [
                { topic: 'gold', partition: number, first_offset: offset, next_offset: offset + 1 },
              ],
              gold: [change],
              history: [],
            },
          ]);
        }
      }),
      (async () => {
        while (seen.at(-1) !== 200) seen.push((await versionOf('a')) ?? 0);
      })(),
    ]);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  });

  it('skips what another web app has written already', async () => {
    await store.apply(generation, [batch(0, 10, { gold: [gold('a', 9, 9)] })]);
    const slower = batch(0, 5, { gold: [{ ...gold('a', 9, 4), gold: null, value: null }] });
    expect(await store.apply(generation, [slower])).toBe('applied');
    expect(await versionOf('a')).toBe(9);
    expect((await store.state())?.positions.get('position:gold:0')).toBe(10);
  });

  it('refuses a batch when it has not seen what came before', async () => {
    expect(await store.apply(generation, [batch(7, 8, { gold: [gold('a', 1, 7)] })])).toBe('stale');
    expect(await versionOf('a')).toBeNull();
  });

  it('refuses a batch after a flush, and writes nothing', async () => {
    await store.apply(generation, [batch(0, 2, { gold: [gold('a', 1, 0)] })]);
    await store.reset();
    expect(await store.state()).toBeNull();
    expect(await store.apply(generation, [batch(2, 3, { gold: [gold('b', 1, 2)] })])).toBe('stale');
    const reopened = await store.open('cluster');
    expect(reopened.generation).not.toBe(generation);
    expect(reopened.positions.size).toBe(0);
    expect(await versionOf('b')).toBeNull();
  });

  it('is emptied when its positions are those of another cluster', async () => {
    await store.apply(generation, [batch(0, 2, { gold: [gold('a', 1, 0)] })]);
    const reopened = await store.open('another cluster');
    expect(reopened.positions.size).toBe(0);
    expect(await versionOf('a')).toBeNull();
  });

  it('forgets a deleted customer with all that happened to it', async () => {
    await store.apply(generation, [batch(0, 2, { gold: [gold('a', 1, 0)], history: [delivery('m1', 1)] })]);
    const deletion = { ...gold('a', 1, 2), gold: null, value: null };
    await store.apply(generation, [batch(2, 3, { gold: [deletion] })]);
    expect(await versionOf('a')).toBeNull();
    expect(await store.history('a', 10)).toEqual([]);
  });

  it('keeps the newest of what happened to a customer, newest first', async () => {
    const history = ['m1', 'm2', 'm3', 'm4', 'm5'].map((id, offset) => delivery(id, offset));
    await store.apply(generation, [batch(0, 5, { history })]);
    const kept = await store.history('a', 10);
    expect(kept.map((entry) => entry.kind === 'delivery' && entry.row.activation_id)).toEqual([
      'm5',
      'm4',
      'm3',
    ]);
    expect(await redis.hlen(`${prefix}history-rows:a`)).toBe(HISTORY_LIMIT);
  });

  it('resets its own keys only', async () => {
    const stranger = `stranger-${randomUUID()}`;
    await redis.set(stranger, 'stays', 'EX', 60);
    await store.reset();
    expect(await redis.keys(`${prefix}*`)).toEqual([]);
    expect(await redis.get(stranger)).toBe('stays');
  });
});
