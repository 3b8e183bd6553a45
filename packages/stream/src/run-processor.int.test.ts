import type { KafkaRecord } from '@marketing-streams/contracts/record';
import { PlatformError } from '@marketing-streams/platform/errors';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { from } from './pipeline.ts';
import { drop, type Output, ok, type Step } from './step.ts';
import { requireKey } from './steps/require-key.ts';
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

const runtime: RunningProcessors['runtime'] = (...given) => processors.runtime(...given);
const run: RunningProcessors['run'] = (...given) => processors.run(...given);

const topicsOf = async (part: string) => ({
  input: await fixture.topic(`${part}.in`, 4),
  output: await fixture.topic(`${part}.out`, 4),
  dead: await fixture.topic(`${part}.dead`, 1),
});

const send = async (topic: string, values: readonly string[], key: string | null = 'k'): Promise<void> => {
  const producer = fixture.kafka.producer();
  await producer.send(values.map((value) => ({ topic, key, partition: 0, value: Buffer.from(value) })));
  await producer.close();
};

const valuesOf = async (topic: string): Promise<string[]> =>
  (await fixture.readAll(topic)).map(({ value }) => String(value));

const forwardTo = (topic: string): Step<KafkaRecord, null> =>
  function forward(record) {
    return ok(null, [{ topic, key: String(record.key), partition: record.partition, value: record.value }]);
  };

describe('what steps return and throw', () => {
  it('publishes, drops and dead-letters in input order, and tells of it in metrics', async () => {
    const { input, output, dead } = await topicsOf('results');
    const sort: Step<KafkaRecord, KafkaRecord> = function sort(record) {
      const value = String(record.value);
      if (value === 'drop') return drop('not needed');
      if (value === 'throw') throw new PlatformError('VALUE_UNDECODABLE', 'cannot be read');
      return ok(record);
    };
    const options = runtime(dead);
    const definition = {
      name: fixture.name('results'),
      ruleVersion: '1',
      pipelines: [from(input).through(requireKey).through(sort).through(forwardTo(output)).build()],
    };
    await send(input, ['1', 'drop', 'throw', '2']);
    await send(input, ['without a key'], null);
    await run(definition, options);
    await until('both are out', async () => (await valuesOf(output)).length === 2);
    await until('both dead letters are out', async () => (await valuesOf(dead)).length === 2);
    expect(await valuesOf(output)).toEqual(['1', '2']);
    expect((await valuesOf(dead)).map((value) => JSON.parse(value))).toMatchObject([
      { offset: 2, key: 'k', value: 'throw', step: 'sort', code: 'VALUE_UNDECODABLE', service: 'int-test' },
      { offset: 4, value: 'without a key', step: 'requireKey', code: 'KEY_MISSING' },
    ]);
    const { body } = await options.metrics.expose();
    expect(body).toMatch(/stream_dropped_total\{.*step="sort",reason="not needed".*\} 1/);
    expect(body).toMatch(/stream_dead_letters_total\{.*code="KEY_MISSING".*\} 1/);
  });

  it('waits an outage out, saying so, and skips nothing', async () => {
    const { input, output, dead } = await topicsOf('outage');
    let isAway = true;
    const prepare = async (): Promise<void> => {
      if (isAway) throw new PlatformError('REGISTRY_UNAVAILABLE', 'the registry is away');
    };
    await send(input, ['1', '2']);
    const processor = await run(
      {
        name: fixture.name('outage'),
        ruleVersion: '1',
        pipelines: [from(input, { prepare }).through(forwardTo(output)).build()],
      },
      runtime(dead),
    );
    await until('it says what is away', () => processor.ready()?.includes('the registry is away') === true);
    isAway = false;
    await until('it goes on', async () => (await valuesOf(output)).length === 2);
    await until('it is ready', () => processor.ready() === null);
    expect(await valuesOf(dead)).toEqual([]);
  });

  it('ends on an error that nobody foresaw', async () => {
    const { input, dead } = await topicsOf('bug');
    const buggy: Step<KafkaRecord, null> = function buggy() {
      throw new TypeError('undefined is not a customer');
    };
    const failed = Promise.withResolvers<unknown>();
    await send(input, ['1']);
    await run(
      { name: fixture.name('bug'), ruleVersion: '1', pipelines: [from(input).through(buggy).build()] },
      runtime(dead, { onError: failed.resolve }),
    );
    expect(await failed.promise).toBeInstanceOf(TypeError);
  });

  it('makes a dead letter of a record that leads to more than a topic takes', async () => {
    const { input, output, dead } = await topicsOf('oversized');
    const inflate: Step<KafkaRecord, null> = function inflate(record, { state }) {
      const text = String(record.value);
      state.put(text, 1);
      const value = text === 'huge' ? Buffer.alloc(1_100_000) : record.value;
      return ok(null, [{ topic: output, key: 'k', partition: 0, value }]);
    };
    await send(input, ['1', 'huge', '2']);
    await run(
      {
        name: fixture.name('oversized'),
        ruleVersion: '1',
        pipelines: [from(input).through(inflate).build()],
      },
      runtime(dead),
    );
    await until('the others are out', async () => (await valuesOf(output)).length === 2);
    expect(JSON.parse((await valuesOf(dead))[0] ?? '')).toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
      value: 'huge',
    });
  });

  it('sends only the newest of several outputs of a key that ask for it', async () => {
    const { input, output, dead } = await topicsOf('latest');
    const newest: Step<KafkaRecord, null> = function newest(record) {
      const once: Output = {
        topic: output,
        key: 'row',
        partition: 0,
        latestOnly: true,
        value: () => record.value,
      };
      return ok(null, [once]);
    };
    await send(input, ['1', '2', '3']);
    await run(
      { name: fixture.name('latest'), ruleVersion: '1', pipelines: [from(input).through(newest).build()] },
      runtime(dead),
    );
    await until('the newest is out', async () => (await valuesOf(output)).length > 0);
    expect(await valuesOf(output)).toEqual(['3']);
  });
});

describe('timers', () => {
  it('run by the wall clock without any record, and by the stream with the records', async () => {
    const { input, output, dead } = await topicsOf('timers');
    const tell =
      (name: string) =>
      ({ now }: { readonly now: number }): Output[] => [
        { topic: output, key: name, partition: name === 'wall' ? 0 : 1, value: Buffer.from(`${now}`) },
      ];
    await run(
      {
        name: fixture.name('timers'),
        ruleVersion: '1',
        pipelines: [
          from(input)
            .through(function ignore() {
              return drop('ignored');
            })
            .build(),
        ],
        timers: [
          { name: 'wall', clock: 'wall-clock', everyMilliseconds: 200, run: tell('wall') },
          { name: 'event', clock: 'event-time', everyMilliseconds: 60_000, run: tell('event') },
        ],
      },
      runtime(dead, { tasks: 1 }),
    );
    const rowsOf = async (key: string): Promise<number[]> =>
      (await fixture.readAll(output))
        .filter((r) => String(r.key) === key)
        .map((r) => Number(String(r.value)));
    await send(input, ['the wall clock begins']);
    await until('the wall clock ran three times', async () => (await rowsOf('wall')).length >= 3);
    const minute = Date.now() + 60_000;
    const sendAt = async (timestamp: number): Promise<void> => {
      const producer = fixture.kafka.producer();
      await producer.send([{ topic: input, key: 'k', partition: 0, value: Buffer.from('x'), timestamp }]);
      await producer.close();
    };
    await sendAt(minute);
    await until('the stream ran its timer', async () => (await rowsOf('event')).length === 1);
    await sendAt(minute + 30_000);
    await sendAt(minute + 70_000);
    await until('the stream ran its timer again', async () => (await rowsOf('event')).length === 2);
    expect(await rowsOf('event')).toEqual([minute, minute + 70_000]);
  });
});
