import type { KafkaRecord } from '@marketing-streams/contracts/record';
import { describe, expect, it, vi } from 'vitest';
import type { RowChange } from '../sink-types.ts';
import { createRecordBuffer } from './record-buffer.ts';

const PLACE = 'events/0';
const LIMITS = { rows: 100, bytes: 1_000_000 };

/** Texts as `key=value`; without a value a tombstone, `?` as value cannot be used. */
const recordOf = (text: string, offset: number): KafkaRecord => {
  const [key = '', value] = text.split('=');
  return {
    topic: 'events',
    partition: 0,
    offset,
    timestamp: 1000 + offset,
    key: key === '' ? null : Buffer.from(key),
    value: value === undefined ? null : Buffer.from(value),
    headers: {},
  };
};

const toChange = ({ key, value }: KafkaRecord): RowChange => {
  const id = String(key);
  if (value === null) return { kind: 'delete', key: { id } };
  return String(value) === '?' ? { kind: 'skip' } : { kind: 'row', row: { id, value: String(value) } };
};

const changesOf = (coalesces: boolean, ...texts: readonly string[]) => {
  const buffer = createRecordBuffer(coalesces, LIMITS);
  for (const [offset, text] of texts.entries()) buffer.add(PLACE, recordOf(text, offset));
  const convert = vi.fn(toChange);
  const changes = [...buffer.changes(convert)].map((change) =>
    change.kind === 'row' ? `${change.row['id']}=${change.row['value']}` : String(change.key['id']),
  );
  return { buffer, changes, converted: convert.mock.calls.length };
};

describe('the records of a commit', () => {
  it('are converted once for each key of an upsert table, the last one', () => {
    const { buffer, changes, converted } = changesOf(true, 'a=1', 'b=1', 'a=2', 'c=1', 'b', 'a=3');
    expect(changes).toEqual(['c=1', 'b', 'a=3']);
    expect(converted).toBe(3);
    expect(buffer.nextOffsets).toEqual(new Map([[PLACE, 6]]));
    expect(buffer.taken()).toBe(6);
  });

  it('leave a key its last usable row when what came after cannot be used', () => {
    const { changes, converted } = changesOf(true, 'a=1', 'a=2', 'a=?', 'b=?', 'a=?', 'c', 'c=?');
    expect(changes).toEqual(['a=2', 'c']);
    expect(converted).toBe(6);
  });

  it('are all there to be prepared, since the one before an unusable one is converted after all', () => {
    const { buffer } = changesOf(true, 'a=1', 'a=?');
    const prepared = new Set(buffer.records());
    for (const _ of buffer.changes((record) => {
      expect(prepared).toContain(record);
      return toChange(record);
    }));
    expect.assertions(2);
  });

  it('are all kept in an append table, and where they have no key', () => {
    expect(changesOf(false, 'a=1', 'a=2', 'a=?', 'a=3').changes).toEqual(['a=1', 'a=2', 'a=3']);
    expect(changesOf(true, '=1', '=2').changes).toEqual(['null=1', 'null=2']);
  });

  it('do not share a key that only looks the same as text', () => {
    const buffer = createRecordBuffer(true, LIMITS);
    for (const byte of [0xc3, 0xff])
      buffer.add(PLACE, { ...recordOf('a=1', byte), key: Buffer.from([byte]) });
    expect([...buffer.changes(toChange)]).toHaveLength(2);
  });

  it('are enough by the keys that count, or by all bytes', () => {
    const few = createRecordBuffer(true, { rows: 2, bytes: 1_000 });
    for (let offset = 0; offset < 10; offset++) few.add(PLACE, recordOf('a=1', offset));
    expect(few.isFull()).toBe(false);
    few.add(PLACE, recordOf('b=1', 10));
    expect(few.isFull()).toBe(true);
    const heavy = createRecordBuffer(true, { rows: 2, bytes: 30 });
    for (let offset = 0; offset < 15; offset++) heavy.add(PLACE, recordOf('a=1', offset));
    expect(heavy.isFull()).toBe(true);
  });
});
