import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createLogger } from '@marketing-streams/platform/logging';
import { createKafkaClient } from '@marketing-streams/stream/kafka/client';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { findJava } from './java.ts';
import { findFreePort, LOOPBACK } from './ports.ts';
import { runCommand } from './run-command.ts';
import { type EmbeddedStack, type EmbeddedStackOptions, startEmbeddedStack } from './stack.ts';
import { isRunning } from './supervise/process-state.ts';

let folder: string;
let stack: EmbeddedStack | undefined;

const start = async (options: Partial<EmbeddedStackOptions> = {}): Promise<EmbeddedStack> => {
  stack = await startEmbeddedStack({
    localDirectory: join(folder, 'local'),
    ports: { kafka: 0, registry: 0, redis: 0 },
    ...options,
  });
  return stack;
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stack-'));
});

afterEach(async () => {
  await stack?.stop('kill');
  stack = undefined;
  rmSync(folder, { recursive: true });
});

const SCHEMA = JSON.stringify({ type: 'record', name: 'Kept', fields: [{ name: 'id', type: 'string' }] });

const registerSchema = async ({ schemaRegistryUrl }: EmbeddedStack): Promise<number> => {
  const response = await fetch(`${schemaRegistryUrl}/subjects/kept-value/versions`, {
    method: 'POST',
    headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
    body: JSON.stringify({ schema: SCHEMA }),
  });
  const { id } = (await response.json()) as { id: number };
  return id;
};

const schemaById = async ({ schemaRegistryUrl }: EmbeddedStack, id: number): Promise<string> => {
  const response = await fetch(`${schemaRegistryUrl}/schemas/ids/${id}`);
  const { schema } = (await response.json()) as { schema: string };
  return schema;
};

/** Sends one inline command and gives the first piece of the answer. */
const redis = async ({ redisUrl }: EmbeddedStack, command: string): Promise<string> => {
  const socket = connect(Number(new URL(redisUrl).port), LOOPBACK).setEncoding('utf8');
  socket.write(`${command}\r\n`);
  const [answer] = (await once(socket, 'data')) as [string];
  socket.destroy();
  return answer;
};

const kafkaOf = ({ kafkaBootstrapServers }: EmbeddedStack) => {
  const logger = createLogger('stack-test');
  logger.level = 'fatal';
  return createKafkaClient({ bootstrapServers: kafkaBootstrapServers, clientId: 'stack-test', logger });
};

describe('data', () => {
  test('outlives kill -9 of all three parts, and the ports may be others afterwards', async () => {
    const before = await start();
    const kafka = kafkaOf(before);
    const admin = kafka.admin();
    await admin.createTopics([{ name: 'kept', partitions: 2 }]);
    const clusterId = await admin.clusterId();
    const producer = kafka.producer();
    await producer.send(
      ['a', 'b', 'c'].map((key) => ({ topic: 'kept', key, partition: 1, value: Buffer.from(key) })),
    );
    await redis(before, 'SET kept yes');
    const id = await registerSchema(before);
    await before.stop('kill');
    await Promise.all([admin.close(), producer.close()]);

    const after = await start();
    const adminAfter = kafkaOf(after).admin();
    expect(await adminAfter.clusterId()).toBe(clusterId);
    expect(await adminAfter.endOffsets(['kept'])).toEqual(
      expect.arrayContaining([{ topic: 'kept', partition: 1, offset: 3 }]),
    );
    await adminAfter.close();
    expect(await schemaById(after, id)).toBe(SCHEMA);
    expect(await redis(after, 'GET kept')).toBe('$3\r\nyes\r\n');
    expect(after.kafkaBootstrapServers).not.toBe(before.kafkaBootstrapServers);
  });

  test('a broker that was killed alone comes back on the same port within seconds', async () => {
    const { parts, kafkaBootstrapServers } = await start();
    await parts.kafka.kill();
    const killed = Date.now();
    await parts.kafka.start();
    expect(Date.now() - killed).toBeLessThan(20_000);
    expect(await parts.kafka.probe(AbortSignal.timeout(5000))).toBeNull();
    expect(stack?.kafkaBootstrapServers).toBe(kafkaBootstrapServers);
  });
});

describe('processes', () => {
  test('none outlives a kill -9 of the process that started them', async () => {
    const script = `
      import { startEmbeddedStack } from ${JSON.stringify(new URL('./stack.ts', import.meta.url).href)};
      const stack = await startEmbeddedStack({
        localDirectory: ${JSON.stringify(join(folder, 'local'))},
        ports: { kafka: 0, registry: 0, redis: 0 },
      });
      console.log(JSON.stringify(Object.values(stack.parts).map((part) => part.pid())));
    `;
    const parent = spawn(process.execPath, ['--input-type=module-typescript', '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(createInterface(parent.stdout), 'line')) as [string];
    const pids = JSON.parse(line) as number[];
    expect(pids.map(isRunning)).toEqual([true, true, true]);
    parent.kill('SIGKILL');
    await vi.waitFor(() => expect(pids.map(isRunning)).toEqual([false, false, false]), 10_000);
    // The folder is free again: the lock went with the process.
    await start();
  });

  test('a start that is aborted leaves nothing running and the folder free', async () => {
    const abort = new AbortController();
    const starting = start({ signal: abort.signal });
    setImmediate(() => abort.abort(new Error('Ctrl-C')));
    await expect(starting).rejects.toThrow('Ctrl-C');
    await start();
  });
});

describe('an operator gets one line that says what to do when', () => {
  const failure = async (
    options: Partial<EmbeddedStackOptions>,
  ): Promise<{ code: unknown; message: unknown }> => {
    try {
      await start(options);
    } catch (error) {
      const { code, message } = error as { code: unknown; message: unknown };
      expect(String(message)).not.toContain('\n');
      return { code, message };
    }
    throw new Error('it started');
  };

  test('a port is taken', async () => {
    const port = await findFreePort();
    const other = createServer().listen(port, LOOPBACK);
    await once(other, 'listening');
    const asked = { kafka: 0, registry: port, redis: 0 };
    expect(await failure({ ports: asked })).toEqual({
      code: 'PORT_TAKEN',
      message: `port ${port} for the schema registry is taken by another program: set REGISTRY_PORT to a free port, or stop that program`,
    });
    other.close();
  });

  test('the folder is in use', async () => {
    await start();
    const first = stack;
    const { code, message } = await failure({});
    expect(code).toBe('ALREADY_RUNNING');
    expect(message).toMatch(`is in use by process ${process.pid}: stop that one, or set LOCAL_DIR`);
    expect(await first?.parts.kafka.probe(AbortSignal.timeout(5000))).toBeNull();
  });

  test('Java is missing', async () => {
    const { code, message } = await failure({ environment: { PATH: folder } });
    expect(code).toBe('PREREQUISITE_MISSING');
    expect(message).toMatch(/^Java is missing \(no java on PATH\): install Java 17 or newer/);
  });

  test('Java is too old', async () => {
    const programs = join(folder, 'programs');
    mkdirSync(programs);
    writeFileSync(join(programs, 'java'), '#!/bin/sh\necho \'openjdk version "11.0.22" 2024-01-16\' >&2\n');
    chmodSync(join(programs, 'java'), 0o755);
    const { code, message } = await failure({ environment: { PATH: programs } });
    expect(code).toBe('PREREQUISITE_MISSING');
    expect(message).toMatch(/^Java 11 is too old: install Java 17 or newer/);
  });

  test('Maven is missing and there is something to download', async () => {
    const java = await findJava(process.env);
    const { output } = await runCommand('which', [java.command], { environment: process.env });
    const programs = join(folder, 'programs');
    mkdirSync(programs);
    symlinkSync(output.trim(), join(programs, 'java'));
    const { code, message } = await failure({
      environment: { PATH: programs },
      cacheDirectory: join(folder, 'cache'),
    });
    expect(code).toBe('PREREQUISITE_MISSING');
    expect(message).toMatch(/^Maven is missing \(no mvn on PATH\); it downloads .* once: install it/);
  });
});
