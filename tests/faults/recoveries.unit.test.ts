import { expect, it } from 'vitest';
import { recoveryTable } from './recoveries.ts';

const recovery = (fault: string, lagZeroSeconds: number, tablesSeconds: number) => ({
  fault,
  lagZeroSeconds,
  tablesSeconds,
  recordsMeanwhile: 1,
});

it('puts the same fault of several seeds into one line, the slowest first', () => {
  const table = recoveryTable([
    recovery('gold dies after-send (time 3)', 1, 2),
    recovery('silver is cut off for 2.5 s', 7.25, 8),
    recovery('gold dies after-send (time 12)', 2, 9),
    recovery('gold dies after-send (time 1)', 3, 4),
  ]);
  expect(table.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
    ['fault', 'times', 'lag zero: median s', 'worst s', 'tables: worst s'],
    ['silver is cut off', '1', '7.3', '7.3', '8.0', 'over 6 s'],
    ['gold dies after-send', '3', '2.0', '3.0', '9.0'],
  ]);
});
