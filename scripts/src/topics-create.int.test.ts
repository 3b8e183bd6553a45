import { randomUUID } from 'node:crypto';
import { TOPICS, type TopicContract, type TopicName } from '@marketing-streams/contracts/topics';
import { createLogger } from '@marketing-streams/platform/logging';
import type { Admin } from '@marketing-streams/stream/kafka/api';
import { createKafkaClient } from '@marketing-streams/stream/kafka/client';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createAllTopics } from './topics-create.ts';

const DAY = 86_400_000;
const settings = { partitions: 3, inputRetentionMilliseconds: 7 * DAY };

let admin: Admin;
let contracts: readonly TopicContract[];
const created: string[] = [];

beforeAll(() => {
  const bootstrapServers = process.env['KAFKA_BOOTSTRAP_SERVERS'] ?? '';
  admin = createKafkaClient({
    bootstrapServers,
    clientId: 'topics-test',
    logger: createLogger('test'),
  }).admin();
});

beforeEach(() => {
  const suffix = randomUUID();
  contracts = [TOPICS['dom.order.placed.v1'], TOPICS['silver.orders.v1'], TOPICS['dead-letter-queue']].map(
    (contract) => ({ ...contract, name: `${contract.name}.${suffix}` as TopicName }),
  );
  created.push(...contracts.map(({ name }) => name));
});

afterAll(async () => {
  const present = new Set(await admin.topics());
  await admin.deleteTopics(created.filter((name) => present.has(name)));
  await admin.close();
});

const actions = async (change: Partial<typeof settings> = {}) =>
  (await createAllTopics(admin, { ...settings, ...change }, contracts)).map(({ action }) => action);

it('creates what is missing, and changes nothing when run again', async () => {
  expect(await actions()).toEqual(['created', 'created', 'created']);
  expect(await actions()).toEqual(['unchanged', 'unchanged', 'unchanged']);
  const [input = '', silver = ''] = contracts.map(({ name }) => name);
  expect(await admin.topicConfig(input)).toMatchObject({
    'cleanup.policy': 'delete',
    'retention.ms': String(7 * DAY),
  });
  expect(await admin.topicConfig(silver)).toMatchObject({
    'cleanup.policy': 'compact',
    'delete.retention.ms': String(7 * DAY),
  });
  expect((await admin.partitionsOf([silver])).get(silver)).toBe(3);
});

it('brings settings that differ to what the catalogue says, and reports before and after', async () => {
  await actions();
  const [, silver = ''] = contracts.map(({ name }) => name);
  await admin.alterTopicConfig(silver, { 'cleanup.policy': 'delete' });
  const outcomes = await createAllTopics(admin, { ...settings, inputRetentionMilliseconds: DAY }, contracts);
  expect(outcomes[0]?.changes).toContain(`retention.ms: ${7 * DAY} → ${DAY}`);
  expect(outcomes[1]).toMatchObject({ action: 'adjusted', changes: ['cleanup.policy: delete → compact'] });
  expect(outcomes[2]?.action).toBe('unchanged');
  expect(await admin.topicConfig(silver)).toMatchObject({ 'cleanup.policy': 'compact' });
});

it('refuses another number of partitions before it changes anything', async () => {
  await actions();
  const [input = ''] = contracts.map(({ name }) => name);
  const refusal = actions({ partitions: 6, inputRetentionMilliseconds: DAY });
  await expect(refusal).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  await expect(refusal).rejects.toThrow(`${input} has 3 instead of 6`);
  expect(await admin.topicConfig(input)).toMatchObject({ 'retention.ms': String(7 * DAY) });
});
