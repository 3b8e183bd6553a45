import type { KafkaRecord } from '@marketing-streams/contracts/record';
import { PlatformError } from '@marketing-streams/platform/errors';
import { describe, expect, it } from 'vitest';
import type { Pipeline } from '../pipeline.ts';
import { createOverlay } from '../state/overlay.ts';
import { createOutputCollector, type Refusal } from './output-collector.ts';
import { placeOf, type Stepped, stepRecords } from './step-records.ts';
import { ROOM_FOR_REFUSED } from './transaction-note.ts';
import { createTurns } from './turns.ts';

const cause: KafkaRecord = {
  topic: 'in',
  partition: 0,
  offset: 7,
  timestamp: 1_000,
  key: Buffer.from('a'),
  value: Buffer.from('1'),
  headers: {},
};

const collected = (value: Buffer | (() => Buffer)) => {
  const collector = createOutputCollector();
  collector.add({ topic: 'out', key: 'a', value }, cause);
  return collector.collect(createTurns());
};

const throwing = (error: Error) => (): never => {
  throw error;
};

describe('outputs that cannot be published', () => {
  it('blame the record whose row cannot be encoded, in the words of the codec', async () => {
    const error = new PlatformError('VALUE_INVALID', 'out: offset = 1e300 is no long');
    const refusal = { code: 'VALUE_INVALID', message: 'out: offset = 1e300 is no long' };
    const refused = [{ topic: 'out', key: 'a', cause, refusal }];
    expect(await collected(throwing(error))).toEqual({ records: [], refused });
  });

  it('blame the record that leads to more than a topic takes', async () => {
    expect(await collected(Buffer.alloc(1_000_000))).toMatchObject({
      refused: [{ cause, refusal: { code: 'PAYLOAD_TOO_LARGE' } }],
    });
  });

  it.each([new TypeError('a bug'), new PlatformError('REGISTRY_UNAVAILABLE', 'an outage')])(
    'blame no record for %s',
    async (error) => {
      await expect(collected(throwing(error))).rejects.toBe(error);
    },
  );

  it('make a dead letter of the record, with the reason', async () => {
    const refusal = { code: 'VALUE_INVALID', message: 'no long' } as const;
    const bug = new TypeError('a refused record is not stepped through again');
    const stepped = await steppedThrough([cause], bug, new Map([[placeOf(cause), refusal]]));
    expect(stepped.failed).toMatchObject([{ record: cause, step: 'publish', ...refusal }]);
    expect(stepped.refused).toEqual(['in/0/7']);
  });
});

const steppedThrough = (
  records: readonly KafkaRecord[],
  error: Error,
  refused: ReadonlyMap<string, Refusal> = new Map(),
): Promise<Stepped> => {
  const pipeline: Pipeline = { topic: 'in', steps: [], prepare: async () => {}, run: throwing(error) };
  return stepRecords([records], {
    pipelines: new Map([['in', pipeline]]),
    service: 'silver',
    overlay: createOverlay({ get: () => undefined, range: () => [] }),
    mode: 'live',
    now: 2_000,
    collector: createOutputCollector(),
    refused,
    turns: createTurns(),
    isTimeUp: () => false,
  });
};

describe('dead letters', () => {
  const many = Array.from({ length: 1_000 }, (_, offset): KafkaRecord => ({ ...cause, offset }));

  it('that a later reading may not find are named in the note, as many as it has room for', async () => {
    const unknown = new PlatformError('SCHEMA_UNKNOWN', 'the registry knows no such schema');
    const { refused, failed, last } = await steppedThrough(many, unknown);
    expect(refused.length).toBeGreaterThan(100);
    expect(JSON.stringify(refused).length).toBeLessThan(ROOM_FOR_REFUSED + 300);
    expect(failed).toHaveLength(refused.length);
    expect(last.map(({ offset }) => offset)).toEqual([refused.length - 1]);
  });

  it('that the record alone decides need no room in the note', async () => {
    const broken = new PlatformError('VALUE_UNDECODABLE', 'no Avro');
    const { refused, failed } = await steppedThrough(many, broken);
    expect(refused).toEqual([]);
    expect(failed).toHaveLength(many.length);
  });
});
