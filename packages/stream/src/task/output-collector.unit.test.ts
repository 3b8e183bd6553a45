import type { KafkaRecord } from '@marketing-streams/contracts/record';
import { PlatformError } from '@marketing-streams/platform/errors';
import { describe, expect, it } from 'vitest';
import { createOverlay } from '../state/overlay.ts';
import { createOutputCollector } from './output-collector.ts';
import { placeOf, stepRecords } from './step-records.ts';

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
  return collector.collect();
};

const throwing = (error: Error) => (): never => {
  throw error;
};

describe('outputs that cannot be published', () => {
  it('blame the record whose row cannot be encoded, in the words of the codec', () => {
    const error = new PlatformError('VALUE_INVALID', 'out: offset = 1e300 is no long');
    expect(collected(throwing(error))).toEqual({
      kind: 'refused',
      cause,
      refusal: { code: 'VALUE_INVALID', message: 'out: offset = 1e300 is no long' },
    });
  });

  it('blame the record that leads to more than a topic takes', () => {
    expect(collected(Buffer.alloc(1_000_000))).toMatchObject({
      kind: 'refused',
      refusal: { code: 'PAYLOAD_TOO_LARGE' },
    });
  });

  it.each([new TypeError('a bug'), new PlatformError('REGISTRY_UNAVAILABLE', 'an outage')])(
    'blame no record for %s',
    (error) => {
      expect(() => collected(throwing(error))).toThrow(error);
    },
  );

  it('make a dead letter of the record, with the reason', () => {
    const pipeline = {
      topic: 'in',
      steps: [],
      prepare: async () => {},
      run: throwing(new TypeError('a refused record is not stepped through again')),
    };
    const refusal = { code: 'VALUE_INVALID', message: 'no long' } as const;
    const stepped = stepRecords([cause], {
      pipelines: new Map([['in', pipeline]]),
      service: 'silver',
      overlay: createOverlay({ get: () => undefined, range: () => [] }),
      mode: 'live',
      now: 2_000,
      collector: createOutputCollector(),
      refused: new Map([[placeOf(cause), refusal]]),
      isTimeUp: () => false,
    });
    expect(stepped.failed).toMatchObject([{ record: cause, step: 'publish', ...refusal }]);
  });
});
