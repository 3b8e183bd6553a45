import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { TRANSACTION_FAIL_POINTS } from '@marketing-streams/platform/fail-points';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type CountingLedger, openCountingLedger } from './testing/counting-ledger.ts';
import { type KafkaFixture, openKafkaFixture, until } from './testing/kafka-fixture.ts';
import { API_KEYS, startKafkaProxy } from './testing/kafka-proxy.ts';
import { startWorkerProcess, type WorkerProcess } from './testing/worker-process.ts';

let fixture: KafkaFixture;
let ledger: CountingLedger | undefined;
const workers: WorkerProcess[] = [];

beforeAll(() => {
  fixture = openKafkaFixture();
});
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.stop()));
  await ledger?.close();
  ledger = undefined;
});
afterAll(() => fixture.close());

const open = async (
  part: string,
  options: Parameters<typeof openCountingLedger>[2] = {},
): Promise<CountingLedger> => {
  ledger = await openCountingLedger(fixture, part, options);
  return ledger;
};

const start = (...arguments_: Parameters<typeof startWorkerProcess>): WorkerProcess => {
  const worker = startWorkerProcess(...arguments_);
  workers.push(worker);
  return worker;
};

describe('a processor that is killed', () => {
  for (const point of TRANSACTION_FAIL_POINTS) {
    it(`at ${point} loses and doubles nothing`, async () => {
      const counting = await open(`kill-${point}`);
      await counting.send(200);
      const worker = start(counting.settings, { failPoints: `${point}:3` });
      await until('the worker dies', () => worker.deaths() === 1);
      await counting.send(200);
      await counting.settled();
      await counting.verify();
      expect(worker.deaths()).toBe(1);
    });
  }

  it('again and again at random loses and doubles nothing', async () => {
    const counting = await open('random');
    const worker = start(counting.settings);
    const visible = async (): Promise<number> =>
      (await fixture.admin.endOffsets([counting.settings.topics.journal])).reduce(
        (sum, { offset }) => sum + offset,
        0,
      );
    for (let round = 1; round <= 6; round++) {
      await counting.send(300);
      // Anywhere between start, restore (nothing new is visible yet) and the middle of the work.
      const goal = (await visible()) + Math.max(0, Math.floor(Math.random() * 400) - 120);
      await until(`the journal has come to ${goal}`, async () => (await visible()) >= goal);
      worker.signal('SIGKILL');
      await until('the worker dies', () => worker.deaths() === round);
    }
    await counting.send(100);
    await counting.settled();
    await counting.verify();
  });

  it('is back within six seconds', async () => {
    const counting = await open('quick');
    const worker = start(counting.settings);
    await counting.send(100);
    await counting.settled();
    const killed = performance.now();
    worker.signal('SIGKILL');
    await until('the worker dies', () => worker.deaths() === 1);
    await counting.send(100);
    await counting.settled();
    expect(performance.now() - killed).toBeLessThan(6_000);
    await counting.verify();
  });
});

describe('a processor whose state is lost', () => {
  for (const rebuild of [false, true]) {
    it(`goes on as if nothing had been (${rebuild ? 'rebuilt from its own rows' : 'refolded from its inputs'})`, async () => {
      const counting = await open(`lost-${rebuild}`, { rebuild });
      const worker = start(counting.settings);
      await counting.send(500);
      await counting.settled();
      worker.signal('SIGKILL');
      rmSync(join(counting.settings.stateDir, counting.settings.name, '1'), { recursive: true });
      await counting.send(300);
      await counting.settled();
      await counting.verify();
    });
  }
});

describe('a zombie', () => {
  it('that wakes after its successor took over cannot change anything', async () => {
    const counting = await open('zombie');
    const zombie = start(counting.settings, { restart: false });
    await counting.send(200);
    await counting.settled();
    zombie.signal('SIGSTOP');
    await counting.send(200);
    start(counting.settings);
    await counting.settled();
    await counting.send(200);
    zombie.signal('SIGCONT');
    await counting.send(200);
    await counting.settled();
    zombie.signal('SIGSTOP');
    await counting.send(200);
    zombie.signal('SIGCONT');
    await counting.settled();
    await counting.verify();
  });
});

describe('a network that fails', () => {
  it('at the answer to a commit loses and doubles nothing', async () => {
    const proxy = await startKafkaProxy(fixture.servers);
    const counting = await open('endtxn', { servers: proxy.bootstrapServers });
    start(counting.settings);
    for (let round = 0; round < 8; round++) {
      const cut = proxy.cutNextResponse(round % 2 === 0 ? API_KEYS.EndTxn : API_KEYS.Produce);
      await counting.send(150);
      await cut;
    }
    await counting.settled();
    await counting.verify();
    await proxy.close();
  });

  it('altogether for a while is waited out', async () => {
    const proxy = await startKafkaProxy(fixture.servers);
    const counting = await open('outage', { servers: proxy.bootstrapServers });
    const worker = start(counting.settings);
    for (let round = 0; round < 3; round++) {
      await counting.send(300);
      proxy.interrupt();
      await counting.send(100);
      const before = proxy.refused();
      await until('the worker has knocked in vain', () => proxy.refused() >= before + 3);
      proxy.restore();
    }
    await counting.settled();
    await counting.verify();
    expect(worker.deaths()).toBe(0);
    await proxy.close();
  });
});

describe('two processes', () => {
  it('share the tasks, and one takes over all when the other goes', async () => {
    const counting = await open('two');
    const first = start(counting.settings, { restart: false });
    await counting.send(200);
    start(counting.settings);
    for (let round = 0; round < 5; round++) await counting.send(100);
    await counting.settled();
    first.signal('SIGTERM');
    await until('the first has left', () => first.deaths() === 1);
    await counting.send(200);
    await counting.settled();
    await counting.verify();
  });
});
