import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Alert } from '@marketing-streams/contracts/generated/alert';
import type { CampaignResult } from '@marketing-streams/contracts/generated/campaign-result';
import { memoryRegistry } from '@marketing-streams/contracts/testing/memory-registry';
import { MINUTE } from '@marketing-streams/domain/alerts/alert-track';
import { createRandom, integerBetween } from '@marketing-streams/domain/simulation/random';
import type { OutgoingRecord, Producer } from '@marketing-streams/stream/kafka/api';
import { type KafkaFixture, openKafkaFixture, until } from '@marketing-streams/stream/testing/kafka-fixture';
import { memoryState } from '@marketing-streams/stream/testing/memory-state';
import { publishedValue, runPipeline, testRecord } from '@marketing-streams/stream/testing/run-pipeline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alertProcessor, createAlertCodecs } from './alerts/processor.ts';
import { ALERT_STATE } from './alerts/state.ts';
import { createReconciliationCodecs } from './reconciliation/processor.ts';
import { goldRow, liveRow } from './reconciliation/testing/monitored-customers.ts';
import { type MonitorWorkerSettings, WATCHED } from './testing/monitor-worker.ts';

const MODULE = fileURLToPath(new URL('./testing/monitor-worker.ts', import.meta.url));
const PARTITIONS = 6;
const CUSTOMERS = Array.from({ length: 40 }, (_, index) => `c${index}`);
const GOLD = 'gold.customer_360.v1';
const LIVE = 'dom.customer.consolidated.v1';
const TOLD = 'ops.reconciliation.v1';
const READ = [
  GOLD,
  LIVE,
  'dead-letter-queue',
  'dom.customer.profile.upsert.v1',
  'dom.order.placed.v1',
  'dom.activation.delivery.status.v1',
  'results',
];
/** Where a process dies, one after the other; the last one lives. */
const DEATHS = ['after-send:5', 'commit-sent:6', 'after-commit-before-state:5', ''];

const random = createRandom(6, 1);
const codecs = await createReconciliationCodecs(memoryRegistry());
const campaigns = createAlertCodecs();
const folder = mkdtempSync(join(tmpdir(), 'monitor-fault-'));
const alerts = alertProcessor({ ...campaigns, ...WATCHED, onAlert: () => {} });
const start = Math.floor(Date.now() / MINUTE) * MINUTE - 600 * MINUTE;

let fixture: KafkaFixture;
let producer: Producer;
let settings: MonitorWorkerSettings;
let worker: ChildProcess;
let dead: Promise<unknown>;

beforeAll(async () => {
  fixture = openKafkaFixture();
  for (const name of [...READ, TOLD, 'ops.alerts']) await fixture.topic(name, PARTITIONS);
  settings = {
    servers: fixture.servers,
    stateDir: folder,
    names: fixture.name('NAME'),
    partitions: PARTITIONS,
  };
  producer = fixture.kafka.producer();
});
afterAll(async () => {
  worker?.kill('SIGKILL');
  await producer.close();
  await fixture.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Starts the monitor; it dies at the fail point, or lives. */
const startWorker = (failPoints: string): void => {
  worker = spawn(process.execPath, [MODULE, JSON.stringify(settings)], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, FAIL_POINTS: failPoints, LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'fatal' },
  });
  dead = new Promise((resolve) => worker.once('exit', resolve));
};

/** What each side said of a customer last. */
const last = { [GOLD]: new Map<string, number>(), [LIVE]: new Map<string, number>() };

/** Both sides say something of every customer, mostly the same. */
const changes = (): readonly OutgoingRecord[] =>
  CUSTOMERS.flatMap((customer_id) => {
    const order_count = integerBetween(random, 0, 3);
    const live = integerBetween(random, 0, 9) === 0 ? order_count + 1 : order_count;
    last[GOLD].set(customer_id, order_count);
    last[LIVE].set(customer_id, live);
    const gold = codecs.gold.encode({ ...goldRow({ order_count }), customer_id });
    const value = codecs.live.encode({ ...liveRow({ order_count: live }), customer_id });
    return [
      { topic: fixtureName(GOLD), key: customer_id, value: Buffer.from(gold) },
      { topic: fixtureName(LIVE), key: customer_id, value },
    ];
  });

const fixtureName = (name: string): string => settings.names.replace('NAME', name);

let minute = 0;
const results: CampaignResult[] = [];

/** Some minutes of a campaign, in which one is expensive now and then. One partition: their order is the topic's. */
const minutes = (count: number): readonly OutgoingRecord[] =>
  Array.from({ length: count }, () => {
    const window_start = start + minute++ * MINUTE;
    const result: CampaignResult = {
      campaign: 'spring_sale',
      channel: 'email',
      window: '1m',
      window_start,
      window_end: window_start + MINUTE,
      impressions: 80,
      clicks: 15,
      conversions: 5,
      spend: integerBetween(random, 0, 5) === 0 ? 20_000 : 5_000,
      CPC: 0,
      CPA: 0,
    };
    results.push(result);
    const value = campaigns.results.encode(result);
    return { topic: fixtureName('results'), partition: 0, key: 'k', value, timestamp: result.window_end };
  });

/** What the rules make of all results, taken one after the other without any fault. */
const expectedAlerts = (): readonly Alert[] => {
  const state = memoryState(ALERT_STATE);
  return results.flatMap((result) => {
    const value = campaigns.results.encode(result);
    const record = testRecord({ value, timestamp: result.window_end });
    const taken = runPipeline(alerts.pipelines[0]!, record, state);
    return taken.kind === 'ok'
      ? taken.outputs.map((output) => campaigns.alerts.decode(publishedValue(output)!))
      : [];
  });
};

const byMoment = (all: readonly Alert[]): readonly string[] =>
  all.map((alert) => JSON.stringify([alert.changed_at, alert.rule, alert.status, alert])).sort();

/** The customers whose difference stands published, and each customer's last record. */
const published = async (): Promise<readonly string[]> => {
  const newest = new Map<string, boolean>();
  for (const { key, value } of await fixture.readAll(fixtureName(TOLD)))
    newest.set(String(key), value !== null);
  return [...newest].filter(([, stands]) => stands).map(([customer]) => customer);
};

/** Resolves when exactly the customers whose sides differ stand published. */
const differencesTold = async (): Promise<void> => {
  const differing = CUSTOMERS.filter((one) => last[GOLD].get(one) !== last[LIVE].get(one));
  expect(differing).not.toEqual([]);
  await until('the differences are told', async () => {
    const told = await published();
    return told.length === differing.length && differing.every((one) => told.includes(one));
  });
};

describe('a monitor that is killed again and again', () => {
  it('tells every alert once, and in the end exactly the differences there are', async () => {
    for (const failPoints of DEATHS) {
      startWorker(failPoints);
      await producer.send([...minutes(60), ...changes(), ...changes()]);
      if (failPoints !== '') await dead;
    }
    const expected = expectedAlerts();
    expect(expected.length).toBeGreaterThan(20);
    await until('all alerts are told', async () => {
      const told = await fixture.readAll(fixtureName('ops.alerts'));
      return told.length >= expected.length;
    });
    await differencesTold();
    const told = (await fixture.readAll(fixtureName('ops.alerts'))).map(({ value }) =>
      campaigns.alerts.decode(value!),
    );
    expect(byMoment(told)).toEqual(byMoment(expected));
  });

  it('takes back after the loss of its state what it told before', async () => {
    worker.kill('SIGKILL');
    await dead;
    rmSync(folder, { recursive: true });
    await producer.send(changes());
    startWorker('');
    await differencesTold();
  });
});
