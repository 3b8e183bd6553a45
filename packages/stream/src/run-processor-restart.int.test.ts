import { rmSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { migrateTasks } from './migrate-tasks.ts';
import type { ProcessorRuntime } from './runtime-options.ts';
import { type CountingLedger, openCountingLedger } from './testing/counting-ledger.ts';
import { countingProcessor } from './testing/counting-processor.ts';
import { type KafkaFixture, openKafkaFixture, until } from './testing/kafka-fixture.ts';
import { openRunningProcessors, type RunningProcessors } from './testing/running-processors.ts';

let fixture: KafkaFixture;
let processors: RunningProcessors;

beforeAll(() => {
  fixture = openKafkaFixture();
});
afterAll(() => fixture.close());
beforeEach(() => {
  processors = openRunningProcessors(fixture);
});
afterEach(() => processors.end());

describe('a restart', () => {
  let ledger: CountingLedger;
  afterEach(() => ledger.close());

  const runCounting = (
    options: Partial<ProcessorRuntime> & { ruleVersion?: string; rebuild?: boolean } = {},
  ) => {
    const { name, topics } = ledger.settings;
    const { ruleVersion = '1', rebuild = true, ...rest } = options;
    return processors.run(
      countingProcessor(name, topics, { rebuild, ruleVersion }),
      processors.runtime(topics.deadLetters, rest),
    );
  };

  it('refuses another number of tasks, with and without the state', async () => {
    ledger = await openCountingLedger(fixture, 'tasks', { tasks: 2 });
    await ledger.send(50);
    const first = await runCounting();
    await ledger.settled();
    await first.stop();
    for (const state of ['kept', 'lost']) {
      if (state === 'lost') rmSync(processors.stateDir, { recursive: true });
      const failed = Promise.withResolvers<unknown>();
      const other = await runCounting({ tasks: 3, onError: failed.resolve });
      expect(await failed.promise).toMatchObject({
        code: 'TASKS_CHANGED',
        message: expect.stringContaining('migrate-tasks'),
      });
      expect(other.ready()).toContain('TASKS=2');
      await other.stop();
    }
    await ledger.verify();
  });

  it('goes on with another number of tasks after migrate-tasks', async () => {
    ledger = await openCountingLedger(fixture, 'migrate', { tasks: 2 });
    const { name, topics } = ledger.settings;
    const migrate = () =>
      migrateTasks({
        kafka: fixture.kafka,
        processor: name,
        topics: topics.inputs,
        from: 2,
        to: 3,
        stateDir: processors.stateDir,
        logger: fixture.logger,
      });
    await ledger.send(200);
    const first = await runCounting();
    await ledger.settled();
    await expect(migrate()).rejects.toMatchObject({ code: 'TASKS_CHANGED' });
    await first.stop();
    await migrate();
    await ledger.send(200);
    await runCounting({ tasks: 3 });
    await ledger.settled();
    await ledger.verify();
  });

  for (const rebuild of [true, false]) {
    it(`with other rules ${rebuild ? 'rebuilds the state from the rows' : 'folds all inputs again'}`, async () => {
      ledger = await openCountingLedger(fixture, `rules-${rebuild}`);
      await ledger.send(200);
      const first = await runCounting({ rebuild });
      await ledger.settled();
      await first.stop();
      await ledger.send(100);
      await runCounting({ rebuild, ruleVersion: '2' });
      await ledger.settled();
      await ledger.verify();
    });
  }

  it('publishes only what differs from its own rows', async () => {
    ledger = await openCountingLedger(fixture, 'differences');
    const { counts } = ledger.settings.topics;
    await ledger.send(200);
    const first = await runCounting();
    await ledger.settled();
    await first.stop();
    const before = (await fixture.readAll(counts)).length;
    const second = await runCounting({ ruleVersion: '2' });
    await until('it is ready', () => second.ready() === null);
    expect(await fixture.readAll(counts)).toHaveLength(before);
    await ledger.verify();
  });

  it('refuses inputs with different numbers of partitions', async () => {
    ledger = await openCountingLedger(fixture, 'partitions');
    const { topics } = ledger.settings;
    const narrow = await fixture.topic('narrow', 2);
    const failed = Promise.withResolvers<unknown>();
    const definition = countingProcessor(
      fixture.name('partitions'),
      { ...topics, inputs: [topics.inputs[0] ?? '', narrow] },
      { rebuild: false },
    );
    await processors.run(definition, processors.runtime(topics.deadLetters, { onError: failed.resolve }));
    expect(await failed.promise).toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining(`${narrow} 2`),
    });
  });
});
