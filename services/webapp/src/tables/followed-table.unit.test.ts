import type { KafkaRecord } from '@marketing-streams/contracts/record';
import { PlatformError } from '@marketing-streams/platform/errors';
import { describe, expect, it } from 'vitest';
import { createFollowedTable, type RowChange, type TableDeclaration } from './followed-table.ts';

type Row = { readonly value: number };

const decode = (value: Buffer): Row => {
  const text = value.toString();
  if (text === 'broken') throw new PlatformError('VALUE_UNDECODABLE', 'broken');
  return { value: Number(text) };
};

const record = (offset: number, key: string | null, value: string | null, partition = 0): KafkaRecord => ({
  topic: 'rows',
  partition,
  offset,
  timestamp: 1_000 + offset,
  key: key === null ? null : Buffer.from(key),
  value: value === null ? null : Buffer.from(value),
  headers: {},
});

const makeTable = (parts: Partial<TableDeclaration<Row>> = {}) => {
  const passedOver: string[] = [];
  const made = createFollowedTable<Row>({ name: 'rows', topic: 'rows', decode, ...parts }, (one, error) =>
    passedOver.push(`${one.offset} ${error.code}`),
  );
  const changes: (readonly RowChange<Row>[])[] = [];
  made.table.onChange((batch) => changes.push(batch));
  const content = () => [...made.table.rows()].map(({ value }) => value);
  return { ...made, changes, passedOver, content };
};

describe('a followed table', () => {
  it('has the newest row of every key, and tells once of each', () => {
    const { table, intake, changes } = makeTable();
    intake.take([record(0, 'a', '1'), record(1, 'b', '2'), record(2, 'a', '3')]);
    expect(table.get('a')).toEqual({ value: 3 });
    expect(table.size()).toBe(2);
    expect(table.newestAt()).toBe(1_002);
    expect(changes).toEqual([
      [
        { key: 'a', row: { value: 3 } },
        { key: 'b', row: { value: 2 } },
      ],
    ]);
  });

  it('forgets a row with its tombstone', () => {
    const { intake, content, changes } = makeTable();
    intake.take([record(0, 'a', '1'), record(1, 'b', '2')]);
    intake.take([record(2, 'a', null)]);
    expect(content()).toEqual([2]);
    expect(changes[1]).toEqual([{ key: 'a', row: null }]);
    expect(intake.unsaved().rows.get('a')).toBeNull();
  });

  it('shows the newest row that can be read, also when a broken one came right behind it', () => {
    const { intake, content, passedOver } = makeTable();
    intake.take([
      record(0, 'a', '1'),
      record(1, 'a', '2'),
      record(2, 'b', '7'),
      record(3, 'a', 'broken'),
      record(4, 'a', 'broken'),
    ]);
    expect(content()).toEqual([2, 7]);
    expect(passedOver).toEqual(['4 VALUE_UNDECODABLE', '3 VALUE_UNDECODABLE']);
    expect(intake.unsaved().rows.get('a')).toEqual(Buffer.from('2'));
    expect(intake.positions().get(0)).toBe(5);
  });

  it('passes over what cannot be read and keeps the row that was there', () => {
    const { intake, content, passedOver } = makeTable();
    intake.take([record(0, 'a', '1')]);
    intake.take([record(1, 'a', 'broken'), record(2, null, '7')]);
    expect(content()).toEqual([1]);
    expect(passedOver).toEqual(['2 KEY_MISSING', '1 VALUE_UNDECODABLE']);
    expect(intake.unsaved().positions).toEqual(new Map([[0, 3]]));
  });

  it('leaves out keys that do not belong to it', () => {
    const { intake, content } = makeTable({ accepts: (key) => key !== 'minute' });
    intake.take([record(0, 'minute', '1'), record(1, 'hour', '2')]);
    expect(content()).toEqual([2]);
    expect([...intake.unsaved().rows.keys()]).toEqual(['hour']);
  });

  it('never goes back while records are read again for the copy, which gets all of them', () => {
    const { intake, content, changes } = makeTable();
    intake.take([record(0, 'a', '1'), record(1, 'a', '2'), record(2, 'b', '5')]);
    intake.unsaved();
    intake.goBack(new Map());
    intake.take([record(0, 'a', '1')]);
    expect(content()).toEqual([2, 5]);
    const unsaved = intake.unsaved();
    expect(unsaved.rows.get('a')?.toString()).toBe('1');
    expect(unsaved.positions).toEqual(new Map([[0, 1]]));
    intake.take([record(1, 'a', '2'), record(2, 'b', '5'), record(3, 'b', '6')]);
    expect(content()).toEqual([2, 6]);
    expect(changes.flat()).toHaveLength(3);
    expect(intake.unsaved().positions).toEqual(new Map([[0, 4]]));
  });

  it('goes on from what a copy held', () => {
    const { table, intake, content } = makeTable();
    intake.restore([['a', Buffer.from('4')]], { positions: new Map([[0, 9]]), newestAt: 77 });
    expect(table.newestAt()).toBe(77);
    intake.take([record(8, 'a', '3')]);
    expect(content()).toEqual([4]);
    intake.take([record(9, 'a', '5')]);
    expect(content()).toEqual([5]);
  });

  it('gives back what could not be saved, without losing what came meanwhile', () => {
    const { intake } = makeTable();
    intake.take([record(0, 'a', '1'), record(1, 'b', '2')]);
    const { rows } = intake.unsaved();
    intake.take([record(2, 'a', '3')]);
    intake.notSaved(rows);
    const again = intake.unsaved().rows;
    expect([again.get('a')?.toString(), again.get('b')?.toString()]).toEqual(['3', '2']);
  });

  it('forgets what is too old beside its newest row, here and in the copy', () => {
    const { intake, content, changes } = makeTable({
      age: { timeOf: ({ value }) => value, keepMilliseconds: 100 },
    });
    intake.take([record(0, 'old', '899'), record(1, 'edge', '900'), record(2, 'new', '1000')]);
    intake.prune();
    expect(content()).toEqual([900, 1_000]);
    expect(changes[1]).toEqual([{ key: 'old', row: null }]);
    expect(intake.unsaved().rows.get('old')).toBeNull();
  });

  it('keeps its rows when one claims to be from the future', () => {
    const { intake, content } = makeTable({
      age: { timeOf: ({ value }) => value, keepMilliseconds: 60_000 },
    });
    const now = Date.now();
    intake.take([record(0, 'now', String(now)), record(1, 'later', String(now + 86_400_000))]);
    intake.prune();
    expect(content()).toEqual([now, now + 86_400_000]);
  });
});
