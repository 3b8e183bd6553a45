import { isDeepStrictEqual } from 'node:util';
import type { CustomerGold } from '@marketing-streams/contracts/generated/customer-gold';
import type { DeadLetter } from '@marketing-streams/contracts/generated/dead-letter';
import type { KafkaRecord } from '@marketing-streams/contracts/record';
import type { SchemaRegistry } from '@marketing-streams/contracts/schema-registry';
import { INPUT_TOPICS, subjectOf, TOPICS } from '@marketing-streams/contracts/topics';
import { scorePropensity } from '@marketing-streams/domain/propensity/score';
import type { OutgoingRecord } from '@marketing-streams/stream/kafka/api';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { readDeadLetters } from '../src/harness/dead-letters.ts';
import { readGold } from '../src/harness/gold-topic.ts';
import type { PipelineAccess } from '../src/harness/pipeline-access.ts';
import { readTopic } from '../src/harness/read-topic.ts';
import { waitUntil } from '../src/harness/wait-until.ts';
import type { ApiCustomer } from '../src/harness/webapp-api.ts';
import { faultSeeds, isFullRun } from './fault-runs.ts';
import { type FaultRig, startFaultRig } from './rig.ts';

const TEST_MILLISECONDS = 600_000;
const RECORDS = 6_000;
const RATE = 400;
const SENT_AT_ONCE = 2_000;
const CATCH_UP_MILLISECONDS = 120_000;

type Gold = ReadonlyMap<string, CustomerGold>;

/** A schema's id in one registry → its id in another. */
type SchemaIds = ReadonlyMap<number, number>;

const inputSchemas = (registry: SchemaRegistry): Promise<readonly number[]> =>
  Promise.all(
    INPUT_TOPICS.map((topic) => registry.register(subjectOf(topic), TOPICS[topic].schema!, 'AVRO')),
  );

/** A value with the other registry's id of its schema; as it is when it names none of the inputs'. */
const translated = (value: Buffer | null, ids: SchemaIds): Buffer | null => {
  const id =
    value !== null && value.length >= 5 && value[0] === 0 ? ids.get(value.readInt32BE(1)) : undefined;
  if (value === null || id === undefined) return value;
  const copy = Buffer.from(value);
  copy.writeInt32BE(id, 1);
  return copy;
};

/** Dead letters by what they hold and why; places and times of processing are another pipeline's. */
const asTexts = (letters: readonly DeadLetter[], ids: SchemaIds): readonly string[] =>
  letters
    .map(({ value, key, headers, topic, partition, timestamp, error_code, step, service }) =>
      JSON.stringify([
        translated(value, ids)?.toString('hex'),
        key?.toString('hex'),
        headers,
        topic,
        partition,
        timestamp,
        error_code,
        step,
        service,
      ]),
    )
    .sort();

const shownBy = async ({ api }: PipelineAccess): Promise<ReadonlyMap<string, ApiCustomer>> =>
  new Map((await api.allCustomers()).map((customer) => [customer.customer_id, customer]));

/**
 * What a replay has to bring back: all of a record but its version (counts publications), the offsets it came from,
 * the score, which holds for the time it was given, and `created_at`: gold reports a change of stage with the time of
 * the row that caused it, and which row that is depends on what came together (docs/decisions/0096).
 */
const lasting = ({ version, source_offsets, propensity, created_at, ...rest }: CustomerGold): object => rest;

/** Customers whose score is not what the model says of the record at the time of the score. */
const wrongScores = (gold: Gold): readonly string[] =>
  [...gold].flatMap(([id, row]) => {
    const { propensity } = row;
    if (propensity === null) return [`${id} has no score`];
    const { score, model_version } = scorePropensity(row, propensity.scored_at);
    return score === propensity.score && model_version === propensity.model_version
      ? []
      : [`${id}: ${propensity.score} instead of ${score}`];
  });

const asSent = (
  { topic, partition, key, value, headers, timestamp }: KafkaRecord,
  ids: SchemaIds,
): OutgoingRecord => ({
  topic,
  partition,
  key,
  value: translated(value, ids),
  headers: headers as NonNullable<OutgoingRecord['headers']>,
  timestamp,
});

describe.runIf(isFullRun).each(faultSeeds())('a full replay, with seed %i', (seed) => {
  let rig: FaultRig | undefined;
  afterEach(() => rig?.stop());

  const start = async (name: string, rate: number): Promise<FaultRig> => {
    rig = await startFaultRig({ name, seed, rate });
    return rig;
  };

  it(
    'of all input topics into an empty pipeline gives equal gold records',
    async () => {
      const first = await start('replayed', RATE);
      await waitUntil(
        'enough has been sent',
        async () => (first.drive.sent() < RECORDS ? `${first.drive.sent()} records` : null),
        60_000,
      );
      await first.agreeAtTheEnd();
      const inputs = (
        await Promise.all(INPUT_TOPICS.map((topic) => readTopic(first.access.kafka, topic)))
      ).flat();
      const before = { gold: await readGold(first.access.kafka), shown: await shownBy(first.access) };
      const formerIds = await inputSchemas(first.access.registry);
      const { kafka, registry } = first.access;
      const letters = await readDeadLetters(kafka, registry);
      await first.stop();

      const second = await start('replay', 0);
      const { access } = second;
      const newIds = await inputSchemas(access.registry);
      const ids: SchemaIds = new Map(formerIds.map((former, index) => [former, newIds[index]!]));
      const begun = performance.now();
      for (let at = 0; at < inputs.length; at += SENT_AT_ONCE) {
        await access.send(inputs.slice(at, at + SENT_AT_ONCE).map((record) => asSent(record, ids)));
      }
      await access.caughtUp(CATCH_UP_MILLISECONDS);
      const seconds = (performance.now() - begun) / 1000;
      console.log(`replay of ${inputs.length} records: ${seconds.toFixed(1)} s to the end of every table`);
      const after = { gold: await readGold(access.kafka) };

      expect([...after.gold.keys()].sort()).toEqual([...before.gold.keys()].sort());
      const differing = [...before.gold].flatMap(([id, row]) => {
        const again = after.gold.get(id)!;
        return isDeepStrictEqual(lasting(again), lasting(row))
          ? []
          : [{ before: lasting(row), after: lasting(again) }];
      });
      expect(differing).toEqual([]);
      expect(wrongScores(before.gold)).toEqual([]);
      expect(wrongScores(after.gold)).toEqual([]);
      const lettersAgain = await readDeadLetters(access.kafka, access.registry);
      expect(asTexts(lettersAgain, new Map())).toEqual(asTexts(letters, ids));
      expect(letters).not.toEqual([]);
      await vi.waitFor(
        async () => {
          const shown = await shownBy(access);
          expect(shown.size).toBe(before.shown.size);
          for (const [id, { order_count, lifetime_value, lifecycle_stage, by_channel }] of before.shown) {
            const expected = { order_count, lifetime_value, lifecycle_stage, by_channel, pending: false };
            expect(shown.get(id), id).toMatchObject(expected);
          }
        },
        { timeout: 30_000, interval: 500 },
      );
    },
    TEST_MILLISECONDS,
  );
});
