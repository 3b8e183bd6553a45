import { describe, expect, it } from 'vitest';
import { type Ends, endsToPass } from './lag-watch.ts';

const ends = (offset: number): Ends['ends'] => [{ topic: 'dom.order.placed.v1', partition: 0, offset }];
const history: readonly Ends[] = [
  { at: 900, ends: ends(1) },
  { at: 1000, ends: ends(2) },
  { at: 1100, ends: ends(3) },
  { at: 1200, ends: ends(4) },
];

describe('what a reader has to be past', () => {
  it('is the newest that is old enough', () => {
    expect(endsToPass(history, 1000, 1600, 500)).toEqual(ends(3));
    expect(endsToPass(history, 1000, 1500, 500)).toEqual(ends(2));
  });

  it('is nothing from before the fault, which the reader had passed while it was well', () => {
    expect(endsToPass(history, 1000, 1450, 500)).toBeNull();
  });
});
