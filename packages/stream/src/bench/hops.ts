import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { KafkaRecord } from '@marketing-streams/contracts/record';
import { createLogger } from '@marketing-streams/platform/logging';
import { createMetrics } from '@marketing-streams/platform/metrics';
import { partitionAssignor } from '../assignor.ts';
import { createKafkaClient } from '../kafka/client.ts';
import { from } from '../pipeline.ts';
import { runProcessor } from '../run-processor.ts';
import { ok, type Step } from '../step.ts';
import { requireKey } from '../steps/require-key.ts';

/*
 * Measures the runtime alone: three exactly-once hops in a row that count and forward, latency at a given rate
 * and throughput of a backlog.  node packages/stream/src/bench/hops.ts --servers 127.0.0.1:9092 --rate 200
 */

const { values } = parseArgs({
  options: {
    servers: { type: 'string', default: process.env['KAFKA_BOOTSTRAP_SERVERS'] ?? '127.0.0.1:19092' },
    rate: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '15' },
    backlog: { type: 'string', default: '0' },
    hops: { type: 'string', default: '3' },
    tasks: { type: 'string', default: '3' },
    idle: { type: 'string', default: '0' },
  },
});

const PARTITIONS = 6;
const hops = Number(values.hops);
const id = `bench-${Date.now()}`;
const stateDir = mkdtempSync(join(tmpdir(), 'stream-bench-'));
const logger = createLogger('bench');
const kafka = createKafkaClient({ bootstrapServers: values.servers, clientId: 'bench', logger });
const metrics = createMetrics('bench', { processMetrics: false });
const topicOf = (hop: number): string => `${id}-${hop}`;

/** Counts the key's records in the state and passes the value on. */
const countAndForward = (target: string): Step<KafkaRecord, null> =>
  function countAndForward(record, { state }) {
    const key = record.key?.toString() ?? '';
    const former = state.get<{ count: number }>(key);
    state.put(key, { count: (former?.count ?? 0) + 1 });
    return ok(null, [{ topic: target, key, partition: record.partition, value: record.value }]);
  };

const percentile = (sorted: readonly number[], p: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))] ?? Number.NaN;

const startHops = () =>
  Promise.all(
    Array.from({ length: hops }, (_, hop) =>
      runProcessor(
        {
          name: `${id}-p${hop}`,
          ruleVersion: '1',
          pipelines: [
            from(topicOf(hop))
              .through(requireKey)
              .through(countAndForward(topicOf(hop + 1)))
              .build(),
          ],
        },
        {
          kafka,
          deadLetters: { topic: topicOf(0), encode: () => Buffer.alloc(0) },
          service: 'bench',
          tasks: Number(values.tasks),
          stateDir,
          metrics,
          logger,
        },
      ),
    ),
  );

const admin = kafka.admin();
await admin.createTopics(
  Array.from({ length: hops + 1 }, (_, hop) => ({ name: topicOf(hop), partitions: PARTITIONS })),
);
const producer = kafka.producer();
const key = (i: number): string => `customer-${i % 10_000}`;
const say = (text: string): void => void process.stdout.write(`${text}\n`);

const backlog = Number(values.backlog);
if (backlog > 0) {
  const filler = Buffer.alloc(280, 'x');
  for (let sent = 0; sent < backlog; sent += 5_000) {
    const batch = Array.from({ length: Math.min(5_000, backlog - sent) }, (_, i) => sent + i);
    await producer.send(batch.map((i) => ({ topic: topicOf(0), key: key(i), value: filler })));
  }
  say(`${backlog} records lie ready`);
}

const latencies: number[] = [];
let arrived = 0;
const sink = kafka.groupConsumer({
  groupId: `${id}-sink`,
  topics: [topicOf(hops)],
  assignor: partitionAssignor,
  onAssigned: async ({ partitions }) => partitions.map((p) => ({ ...p, offset: 0 })),
  onFetched: (fetched) => {
    const now = performance.timeOrigin + performance.now();
    for (const { records } of fetched) {
      arrived += records.length;
      if (backlog === 0)
        for (const { value } of records) latencies.push(now - (value?.readDoubleBE(0) ?? now));
    }
  },
  onRevoked: async () => {},
  onError: (error) => {
    throw error;
  },
});

const started = performance.now();
const cpu = process.cpuUsage();
const processors = await startHops();

if (backlog > 0) {
  while (arrived < backlog) await delay(20);
  const seconds = (performance.now() - started) / 1000;
  const used = process.cpuUsage(cpu);
  const perHop = (used.user + used.system) / backlog / hops;
  say(
    `backlog of ${backlog} through ${hops} hops: ${seconds.toFixed(2)} s, ${Math.round(backlog / seconds)}/s`,
  );
  say(`CPU ${perHop.toFixed(1)} µs per record and hop (consumer of the last topic included)`);
} else {
  while (processors.some((processor) => processor.ready() !== null)) await delay(20);
  const rate = Number(values.rate);
  const value = (): Buffer => {
    const bytes = Buffer.alloc(288, 'x');
    bytes.writeDoubleBE(performance.timeOrigin + performance.now(), 0);
    return bytes;
  };
  let sent = 0;
  const run = async (seconds: number): Promise<void> => {
    const begin = performance.now();
    const goal = sent + rate * seconds;
    while (sent < goal) {
      const due = Math.min(
        goal,
        sent + Math.ceil((performance.now() - begin) * (rate / 1000)) - (sent - goal + rate * seconds),
      );
      while (sent < due) void producer.send([{ topic: topicOf(0), key: key(sent++), value: value() }]);
      await delay(1);
    }
    while (arrived < sent) await delay(5);
  };
  await run(3);
  latencies.length = 0;
  const before = process.cpuUsage();
  const begin = performance.now();
  await run(Number(values.seconds));
  const used = process.cpuUsage(before);
  const elapsed = (performance.now() - begin) * 1000;
  const sorted = latencies.toSorted((a, b) => a - b);
  const [p50, p99, worst] = [0.5, 0.99, 1].map((p) => percentile(sorted, p).toFixed(1));
  say(
    `${rate}/s through ${hops} hops: p50 ${p50} ms, p99 ${p99} ms, max ${worst} ms (${sorted.length} records)`,
  );
  say(`CPU ${(((used.user + used.system) / elapsed) * 100).toFixed(1)}% of a core`);
}

const transactions = (await metrics.snapshot()).find(({ name }) => name === 'stream_transaction_seconds');
const sumOf = (suffix: string): number =>
  (transactions?.values ?? [])
    .filter((value) => 'metricName' in value && value.metricName === `stream_transaction_seconds_${suffix}`)
    .reduce((sum, { value }) => sum + value, 0);
say(
  `${sumOf('count')} transactions, ${((sumOf('sum') / sumOf('count')) * 1000).toFixed(1)} ms each on average`,
);

if (Number(values.idle) > 0) {
  const before = process.cpuUsage();
  await delay(Number(values.idle) * 1000);
  const used = process.cpuUsage(before);
  say(`idle: ${((used.user + used.system) / Number(values.idle) / 10_000).toFixed(2)}% of a core`);
}

await Promise.all(processors.map((processor) => processor.stop()));
await sink.close();
await producer.close();
await admin.deleteTopics(Array.from({ length: hops + 1 }, (_, hop) => topicOf(hop)));
await admin.close();
rmSync(stateDir, { recursive: true, force: true });
