import { describe, expect, it } from 'vitest';
import { membershipsAfter } from './memberships.ts';

const loyal = { segment: 'loyal', since: 1 };

describe('membershipsAfter', () => {
  it.each([
    [
      'the first evaluation',
      [],
      ['loyal', 'engaged'],
      [
        { segment: 'engaged', since: 9 },
        { segment: 'loyal', since: 9 },
      ],
    ],
    ['one more segment', [loyal], ['loyal', 'high-value'], [{ segment: 'high-value', since: 9 }, loyal]],
    ['one segment for another', [loyal], ['engaged'], [{ segment: 'engaged', since: 9 }]],
    ['leaving the last', [loyal], [], []],
    ['a repeat', [loyal], ['loyal'], null],
    ['a repeat of nothing', [], [], null],
    ['a name said twice', [loyal], ['loyal', 'loyal'], null],
  ])('%s', (_, former, segments, expected) => {
    expect(membershipsAfter(former, segments, 9)).toEqual(expected);
  });
});
