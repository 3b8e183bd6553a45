import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createInputBuffer } from './input-buffer.ts';

const PARTITIONS = [0, 1, 2];

/** A stretch of a partition as a fetch brings it: true for a record, false for a marker, which is not given out. */
const stretch = fc.record({
  partition: fc.constantFrom(...PARTITIONS),
  content: fc.array(fc.boolean(), { maxLength: 6 }),
  /** Offsets that are fetched once more, as after a recovery. */
  again: fc.nat(2),
});

const transaction = fc.record({
  before: fc.array(stretch, { maxLength: 4 }),
  /** What comes while the transaction is being worked out. */
  meanwhile: fc.array(stretch, { maxLength: 4 }),
  records: fc.integer({ min: 1, max: 8 }),
  /** The share of the records at hand that it takes before its time is up. */
  share: fc.double({ min: 0, max: 1, noNaN: true }),
  isCommitted: fc.boolean(),
});

it('takes every record once, in order, and answers for no record it has not taken, whatever comes meanwhile', () => {
  fc.assert(
    fc.property(fc.array(transaction, { maxLength: 12 }), (transactions) => {
      const buffer = createInputBuffer(PARTITIONS.map((partition) => ({ topic: 't', partition, offset: 0 })));
      const logs = PARTITIONS.map((): boolean[] => []);
      const taken = PARTITIONS.map((): number[] => []);
      const push = ({
        partition,
        content,
        again,
      }: typeof stretch extends fc.Arbitrary<infer T> ? T : never) => {
        const log = logs[partition]!;
        const from = Math.max(0, log.length - again);
        log.push(...content);
        const records = log.flatMap((isRecord, offset) =>
          isRecord && offset >= from
            ? [{ topic: 't', partition, offset, timestamp: 0, key: null, value: null, headers: {} }]
            : [],
        );
        buffer.push({ topic: 't', partition, records, position: log.length, end: log.length, bytes: 0 });
      };
      const take = (records: number, share: number, isCommitted: boolean, meanwhile: () => void): void => {
        const runs = buffer.peek({ records, bytes: 1_000_000 });
        meanwhile();
        const some = runs.map((run) => run.slice(0, Math.ceil(run.length * share)));
        const silent = buffer.silentProgress();
        const positions = some.flatMap((run) => {
          const last = run.at(-1);
          if (last === undefined) return [];
          return [{ ...last, offset: buffer.positionAfter(last, last.offset) }];
        });
        if (!isCommitted) return;
        for (const run of some) for (const { partition, offset } of run) taken[partition]!.push(offset);
        const all = [...positions, ...silent];
        for (const { partition, offset } of all) {
          const below = logs[partition]!.flatMap((isRecord, at) => (isRecord && at < offset ? [at] : []));
          expect(taken[partition]).toEqual(below);
        }
        buffer.advance(all);
      };
      for (const { before, meanwhile, records, share, isCommitted } of transactions) {
        before.forEach(push);
        take(records, share, isCommitted, () => meanwhile.forEach(push));
      }
      while (buffer.size() > 0) take(100, 1, true, () => {});
      for (const [partition, log] of logs.entries())
        expect(taken[partition]).toEqual(log.flatMap((isRecord, offset) => (isRecord ? [offset] : [])));
      expect(buffer.bytes()).toBe(0);
    }),
  );
});
