import { createAvroCodec } from '@marketing-streams/contracts/avro-codec';
import type { DeadLetter } from '@marketing-streams/contracts/generated/dead-letter';
import type { KafkaRecord } from '@marketing-streams/contracts/record';
import { memoryRegistry } from '@marketing-streams/contracts/testing/memory-registry';
import { describe, expect, it } from 'vitest';
import { createDeadLetterOutput } from './dead-letter-contract.ts';

/** `max.message.bytes` of the queue. */
const QUEUE_TAKES = 2_097_152;

const record: KafkaRecord = {
  topic: 'dom.customer.profile.upsert.v1',
  partition: 2,
  offset: 7,
  timestamp: 1_700_000_000_000,
  key: Buffer.from('c1'),
  value: Buffer.from('value'),
  headers: { source: Buffer.from('crm') },
};

const written = async (changes: Partial<KafkaRecord>, message: string) => {
  const registry = memoryRegistry();
  const output = await createDeadLetterOutput(registry);
  const encoded = output.encode({
    record: { ...record, ...changes },
    service: 'silver',
    step: 'checkEvent',
    code: 'VALUE_INVALID',
    message,
    attempt: 1,
    failedAt: 1_700_000_000_001,
  });
  const codec = await createAvroCodec<DeadLetter>({ registry, topic: 'dead-letter-queue' });
  return { encoded, letter: codec.decode(encoded) };
};

describe('dead letters as the queue takes them', () => {
  it('hold the record byte for byte', async () => {
    const { letter } = await written({}, 'email = 5 is no text');
    expect(letter).toMatchObject({
      key: record.key,
      value: record.value,
      headers: [{ name: 'source', value: Buffer.from('crm') }],
      timestamp: record.timestamp,
      message: 'email = 5 is no text',
    });
  });

  it('are not made too large by a message that quotes the whole value', async () => {
    const value = Buffer.alloc(1_040_000, 'x');
    const { encoded, letter } = await written(
      { value },
      `first_name = "${'x'.repeat(1_040_000)}" is too long`,
    );
    expect(encoded.length).toBeLessThan(1_050_000);
    expect(letter.value?.equals(value)).toBe(true);
    expect(letter.message).toHaveLength(2_000);
    expect(letter.message.startsWith('first_name = "xxx')).toBe(true);
  });

  it.each([
    ['a value that was compressed', { value: Buffer.alloc(3_000_000) }],
    ['headers that were compressed', { headers: { note: Buffer.alloc(3_000_000) } }],
    ['a key that was compressed', { key: Buffer.alloc(3_000_000) }],
  ])('leave out the bytes of %s and are larger than the queue takes', async (_, changes) => {
    const { encoded, letter } = await written(changes, 'email = 5 is no text');
    expect(encoded.length).toBeLessThan(QUEUE_TAKES);
    expect(letter).toMatchObject({ value: null, headers: [], topic: record.topic, partition: 2, offset: 7 });
    expect(letter.message).toMatch(/^too large for this queue, without .* bytes\) .*: email = 5 is no text$/);
  });

  it.each([
    [Number.MAX_SAFE_INTEGER, 2 ** 52 - 1],
    [2 ** 63, 2 ** 52 - 1],
    [-1, 0],
    [-(2 ** 63), 0],
  ])("can be written of a record whose producer's clock said %d", async (timestamp, kept) => {
    expect((await written({ timestamp }, 'no')).letter.timestamp).toBe(kept);
  });
});
