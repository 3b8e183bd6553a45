import { createLogger } from '@marketing-streams/platform/logging';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { campaignResult, resultRecords } from '../testing/campaign-records.ts';
import { startTcpGate, type TcpGate } from '../testing/tcp-gate.ts';
import { createSurroundings, type RunningWebapp, type Surroundings } from '../testing/webapp-under-test.ts';
import { connectRedis, type RedisConnection } from '../view/redis-connection.ts';

const MINUTE = 60_000;
const NOW = Math.floor(Date.now() / MINUTE) * MINUTE;

let surroundings: Surroundings;
let connection: RedisConnection;
let kafkaGate: TcpGate;
let redisGate: TcpGate;
let webapp: RunningWebapp;

const start = (): Promise<RunningWebapp> => surroundings.start({ redis_url: redisGate.url });

beforeAll(async () => {
  surroundings = await createSurroundings();
  kafkaGate = await startTcpGate(`kafka://${process.env['KAFKA_BOOTSTRAP_SERVERS']}`);
  redisGate = await startTcpGate(surroundings.redisUrl);
  connection = connectRedis(surroundings.redisUrl, createLogger('test'));
  webapp = await start();
});
afterAll(async () => {
  await surroundings?.close();
  await connection?.close();
  await kafkaGate?.close();
  await redisGate?.close();
});

const publish = (...spends: readonly number[]): Promise<void> =>
  surroundings.publish(
    ...resultRecords(
      surroundings.topics.tables.results,
      spends.map((spend, number) =>
        campaignResult({ window_start: NOW, channel: `channel-${number}`, clicks: 1, spend }),
      ),
    ),
  );

/** What the API says each channel spent, in dollars. */
const shown = async (url = webapp.url): Promise<Readonly<Record<string, number>>> => {
  const response = await fetch(`${url}/api/campaigns/results`);
  const { results } = (await response.json()) as { results: { channel: string; spend: number }[] };
  return Object.fromEntries(results.map(({ channel, spend }) => [channel, spend]).sort());
};

const tableKey = (): string => `${surroundings.redisPrefix}table:results`;

/** What the copy in Redis says each channel spent. */
const copied = async (): Promise<Readonly<Record<string, number>>> => {
  const fields = await connection.redis.hgetall(tableKey());
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([field]) => field.startsWith(':'))
      .map(([, value]) => JSON.parse(value) as { channel: string; spend: number })
      .map(({ channel, spend }) => [channel, spend] as const)
      .sort(),
  );
};

describe('a followed table', () => {
  it('is copied to Redis soon', async () => {
    await publish(100, 200);
    await publish(300);
    await webapp.caughtUp();
    expect(await shown()).toEqual({ 'channel-0': 3, 'channel-1': 2 });
    await vi.waitFor(async () => expect(await copied()).toEqual(await shown()), { timeout: 5_000 });
  });

  it('goes on where its copy was after a restart', async () => {
    await webapp.stop();
    await publish(400);
    webapp = await start();
    await webapp.caughtUp();
    expect(await shown()).toEqual({ 'channel-0': 4, 'channel-1': 2 });
    const metrics = await (await fetch(`${webapp.url}/metrics`)).text();
    // One record, and not all four again.
    expect(metrics).toMatch(/webapp_table_records_total\{[^}]*table="results"[^}]*\} 1$/m);
  });

  it('keeps its rows while Redis is flushed, and fills the copy again', async () => {
    await connection.redis.del(tableKey());
    expect(await shown()).toEqual({ 'channel-0': 4, 'channel-1': 2 });
    await vi.waitFor(async () => expect(await copied()).toEqual({ 'channel-0': 4, 'channel-1': 2 }), {
      timeout: 10_000,
    });
    expect(await shown()).toEqual({ 'channel-0': 4, 'channel-1': 2 });
  });

  it('goes on without Redis, and writes what its copy missed', async () => {
    redisGate.shut();
    await publish(500);
    await vi.waitFor(async () => expect(await shown()).toMatchObject({ 'channel-0': 5 }), { timeout: 5_000 });
    redisGate.open();
    await vi.waitFor(async () => expect(await copied()).toMatchObject({ 'channel-0': 5 }), {
      timeout: 10_000,
    });
  });

  it('is the same for two web apps on one Redis, which agree on one copy', async () => {
    const other = await start();
    await connection.redis.del(tableKey());
    await publish(600, 700);
    await Promise.all([webapp.caughtUp(), other.caughtUp()]);
    expect([await shown(), await shown(other.url)]).toEqual(
      Array.from({ length: 2 }, () => ({ 'channel-0': 6, 'channel-1': 7 })),
    );
    await vi.waitFor(async () => expect(await copied()).toEqual(await shown()), { timeout: 10_000 });
    const generation = await connection.redis.hget(tableKey(), '=generation');
    await publish(800);
    await vi.waitFor(async () => expect(await copied()).toMatchObject({ 'channel-0': 8 }), {
      timeout: 10_000,
    });
    expect(await connection.redis.hget(tableKey(), '=generation')).toBe(generation);
    await other.stop();
  });

  it.each([
    ['of another cluster', { '=cluster_id': 'another' }],
    [
      'of a topic that was made anew',
      { '=position:0': '999999', '=position:1': '999999', '=position:2': '999999' },
    ],
  ])('does not show a copy %s', async (_what, fields) => {
    await webapp.stop();
    const ghost = resultRecords('any', [
      campaignResult({ window_start: NOW, channel: 'ghost', spend: 100 }),
    ])[0]!;
    await connection.redis.hset(tableKey(), { ...fields, [`:${ghost.key}`]: ghost.value! });
    webapp = await start();
    await webapp.caughtUp();
    expect(await shown()).toEqual({ 'channel-0': 8, 'channel-1': 7 });
    await vi.waitFor(async () => expect(await copied()).toEqual({ 'channel-0': 8, 'channel-1': 7 }), {
      timeout: 5_000,
    });
  });

  it('shows what is known, with its age, when the web app starts without Kafka', async () => {
    await webapp.stop();
    kafkaGate.shut();
    const restarted = await surroundings.startAway({
      kafka_bootstrap_servers: new URL(kafkaGate.url).host,
    });
    expect(await shown(restarted.url)).toEqual({ 'channel-0': 8, 'channel-1': 7 });
    const html = await (await fetch(`${restarted.url}/campaigns`)).text();
    expect(html).toMatch(/Last written <time[^>]*>[^<]+<\/time>/);
    expect((await fetch(`${restarted.url}/readyz`)).status).toBe(503);
    kafkaGate.open();
    await restarted.stop();
  });
});
