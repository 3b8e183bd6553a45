import type { CustomerEvent } from '@marketing-streams/domain/simulation/customer-event';
import { describe, expect, it } from 'vitest';
import { fakerContent } from './content.ts';
import { type PastTeller, type ToldPast, tellPast } from './tell-past.ts';
import { companyTraffic } from './traffic.ts';

const START = Date.UTC(2026, 10, 21);
const DAY = 86_400_000;
const { pastUpTo } = companyTraffic({ seed: 7, customers: 400 }, fakerContent(7));
const { signal } = new AbortController();

/** A teller that keeps what it is told, and loses the answer to some of it. */
const memoryTeller = (failAt: (part: number) => 'before' | 'after' | undefined = () => undefined) => {
  const told: CustomerEvent[] = [];
  let note: ToldPast | null = null;
  let parts = 0;
  const teller: PastTeller = {
    recall: async () => note,
    tell: async (events, newNote) => {
      parts += 1;
      const failure = failAt(parts);
      if (failure === 'before') throw new Error('not told');
      told.push(...events);
      note = newNote;
      if (failure === 'after') throw new Error('told, but nobody knows');
    },
  };
  return { teller, told, note: () => note, parts: () => parts };
};

describe('tellPast', () => {
  it('tells all of the past at the first start, and nothing of it at a later one', async () => {
    const { teller, told, parts } = memoryTeller();
    const first = await tellPast(teller, pastUpTo, START, signal);
    expect(told).toEqual(pastUpTo(START));
    expect(first).toEqual({ until: START, events: told.length });
    const partsBefore = parts();
    expect(await tellPast(teller, pastUpTo, START + 30 * DAY, signal)).toEqual(first);
    expect(told).toEqual(pastUpTo(START));
    // The note is written anew all the same, or Kafka would forget it.
    expect(parts()).toBe(partsBefore + 1);
  });

  it.each(['before', 'after'] as const)('goes on where a start was cut short %s a part', async (when) => {
    const { teller, told } = memoryTeller((part) => (part === 2 ? when : undefined));
    await expect(tellPast(teller, pastUpTo, START, signal)).rejects.toThrow('told');
    await tellPast(teller, pastUpTo, START + DAY, signal);
    expect(told).toEqual(pastUpTo(START));
  });

  it('remembers the past of a company without customers', async () => {
    const { teller, note } = memoryTeller();
    await tellPast(teller, () => [], START, signal);
    expect(note()).toEqual({ until: START, events: 0 });
  });
});
