import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '@marketing-streams/platform/errors';
import { type Infrastructure, type Pipeline, startPipeline } from './harness/pipeline.ts';
import { type PipelinePlace, testKafkaClient } from './harness/pipeline-access.ts';
import { prepareTopics } from './harness/prepare-topics.ts';
import type { FurtherServiceName } from './harness/service-process.ts';
import { STARTER_VARIABLE } from './harness/shared-pipeline.ts';

/**
 * Vitest global setup behind the embedded stack's: the services on that stack, started when the first test asks
 * for them (`sharedPipeline`) and stopped after the last file, so that runs of other tests do not pay for them.
 */

/** Vitest loads this file anew for each project: what they share lives on the process. */
type Shared = {
  users: number;
  readonly server: Promise<Server>;
  pipeline?: Promise<Pipeline>;
  folder?: string;
};
const SHARED = Symbol.for('marketing-streams.tests.shared-pipeline');
const onProcess = globalThis as { [SHARED]?: Shared };

const required = (name: string): string => {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: the embedded stack has to be set up first`);
  return value;
};

const infrastructure = (): Infrastructure => ({
  kafkaBootstrapServers: required('KAFKA_BOOTSTRAP_SERVERS'),
  schemaRegistryUrl: required('SCHEMA_REGISTRY_URL'),
  redisUrl: required('REDIS_URL'),
});

const start = async (shared: Shared): Promise<Pipeline> => {
  const folder = mkdtempSync(join(tmpdir(), 'marketing-streams-pipeline-'));
  shared.folder = folder;
  const { kafkaBootstrapServers, schemaRegistryUrl } = infrastructure();
  await prepareTopics(testKafkaClient(kafkaBootstrapServers, 'test-setup'), schemaRegistryUrl);
  return startPipeline({ name: 'shared', infrastructure: infrastructure(), directory: folder });
};

const listen = async (shared: () => Shared): Promise<Server> => {
  const answer = async (further: readonly string[]): Promise<PipelinePlace> => {
    const own = shared();
    own.pipeline ??= start(own);
    const { webappUrl, deltaDirectory, startFurther } = await own.pipeline;
    await startFurther(further as readonly FurtherServiceName[]);
    return { webappUrl, deltaDirectory, infrastructure: infrastructure() };
  };
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
    answer(searchParams.get('further')?.split(',').filter(Boolean) ?? []).then(
      (place) => response.end(JSON.stringify(place)),
      (error: unknown) => response.writeHead(500).end(messageOf(error)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  process.env[STARTER_VARIABLE] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return server;
};

/** Called once for each project that has files to run. */
export const setup = async (): Promise<void> => {
  onProcess[SHARED] ??= { users: 0, server: listen(() => onProcess[SHARED]!) };
  onProcess[SHARED].users++;
  await onProcess[SHARED].server;
};

/** The last project to end stops the services. */
export const teardown = async (): Promise<void> => {
  const shared = onProcess[SHARED];
  if (shared === undefined || --shared.users > 0) return;
  delete onProcess[SHARED];
  delete process.env[STARTER_VARIABLE];
  const server = await shared.server;
  server.closeAllConnections();
  server.close();
  const pipeline = await shared.pipeline?.catch(() => undefined);
  await pipeline?.stop();
  if (shared.folder !== undefined) rmSync(shared.folder, { recursive: true, force: true });
};
