import { describe, expect, it } from 'vitest';
import { FLOOD_RECORDS, gatherFor } from './gather.ts';

const limits = { records: 50_000, bytes: 1_000_000, milliseconds: 1_000 };
const nothing = { waiting: 0, bytes: 0, unfetched: 0, limits, gatherMilliseconds: 500, sinceBegan: 0 };

describe('a task that could begin a transaction', () => {
  it('begins at once when traffic is light, however long the processor would wait', () => {
    expect(gatherFor({ ...nothing, waiting: 1 })).toBe(0);
    expect(gatherFor({ ...nothing, waiting: FLOOD_RECORDS - 1, unfetched: FLOOD_RECORDS - 1 })).toBe(0);
  });

  it('waits for what the next fetch is known to bring, within limits', () => {
    const behind = { ...nothing, waiting: 1, unfetched: FLOOD_RECORDS, gatherMilliseconds: 0 };
    expect(gatherFor(behind)).toBe(1_000);
    expect(gatherFor({ ...behind, sinceBegan: 1_000 })).toBe(0);
    expect(gatherFor({ ...behind, waiting: 50_000 })).toBe(0);
    expect(gatherFor({ ...behind, bytes: 1_000_000 })).toBe(0);
  });

  it('waits as long as the processor asks while it is flooded', () => {
    const flooded = { ...nothing, waiting: FLOOD_RECORDS };
    expect(gatherFor(flooded)).toBe(500);
    expect(gatherFor({ ...flooded, sinceBegan: 200 })).toBe(300);
    expect(gatherFor({ ...flooded, gatherMilliseconds: 0 })).toBe(0);
  });
});
