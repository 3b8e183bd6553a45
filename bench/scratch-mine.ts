import { mkdtempSync } from 'node:fs';
import { startEmbeddedStack } from '@marketing-streams/embedded/stack';
import { startPipeline } from '@marketing-streams/tests/harness/pipeline';
import { accessPipeline, testKafkaClient } from '@marketing-streams/tests/harness/pipeline-access';
import { prepareTopics } from '@marketing-streams/tests/harness/prepare-topics';
import { measureBacklog } from '/work/main/bench/src/backlog.ts';
import { FULL_BACKLOG } from '/work/main/bench/src/backlog-records.ts';
import { measureLatency } from '/work/main/bench/src/latency.ts';
import { usageOf } from '/work/main/bench/src/process-usage.ts';
import { PROCESSES } from '/work/main/bench/src/rig.ts';
const directory = mkdtempSync('/tmp/scratch2/rig-');
const stack = await startEmbeddedStack({ localDirectory: `${directory}/stack`, ports: { kafka: 0, registry: 0, redis: 0 } });
await prepareTopics(testKafkaClient(stack.kafkaBootstrapServers, 's'), stack.schemaRegistryUrl);
const prof = process.env['PROF']?.split(',') ?? [];
const pipeline = await startPipeline({ name: 'prof', infrastructure: stack, directory, environmentOf: (n): Record<string,string> => prof.length === 0 ? { TASKS: process.env["TASKS"] ?? "1" } : prof.includes(n) ? { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=/tmp/scratch2/prof/${n}` } : {} });
const access = await accessPipeline({ ...pipeline, infrastructure: stack }, 'bench');
const rig: any = { pipeline, access, usage: () => Object.fromEntries(PROCESSES.map((n) => [n, usageOf((n === 'kafka' ? stack.parts.kafka.pid() : pipeline.services[n].pid())!)])) };
for (const what of (process.env['WHAT'] ?? 'latency').split(',')) {
  const metrics = what === 'latency' ? await measureLatency(rig, Number(process.env['RATE'] ?? 200), 15) : await measureBacklog(rig, what === 'small' ? { customers: 10000, orders: 60000, activations: 30000 } : FULL_BACKLOG, what === 'small' ? 7 : 1);
  for (const m of metrics) console.log(m.name, m.value, m.unit);
}
await access.close(); await pipeline.stop(); await stack.stop('kill');
