import { describe, expect, it } from 'vitest';
import { formatPairs, formatTable } from './format-table.ts';
import {
  formatAge,
  formatBytes,
  formatCount,
  formatDuration,
  formatMoment,
  formatValue,
} from './format-values.ts';

describe('values for people', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.00 kB'],
    [9994, '9.99 kB'],
    [9995, '10.0 kB'],
    [99_949, '99.9 kB'],
    [99_950, '100 kB'],
    [999_499, '999 kB'],
    [999_500, '1.00 MB'],
    [1_234_567_890, '1.23 GB'],
    [5e15, '5000 TB'],
  ])('shows %i bytes as %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it('shows counts, moments and spans', () => {
    expect(formatCount(1_234_567)).toBe('1,234,567');
    expect(formatMoment(Date.UTC(2026, 0, 31, 12, 0, 5, 999))).toBe('2026-01-31 12:00:05');
    expect([0, 999, 1000, 59_999, 60_000, 3_600_000, 86_400_000 * 40].map(formatDuration)).toEqual([
      '0 s',
      '0 s',
      '1 s',
      '59 s',
      '1 min',
      '1 h',
      '40 d',
    ]);
    expect(formatAge(5000, 10_000)).toBe('5 s ago');
    expect(formatAge(10_500, 10_000)).toBe('now');
  });

  it('keeps a value on its line', () => {
    expect([null, true, 'a\nb\tc\u001b[31m', { x: [1, null] }].map(formatValue)).toEqual([
      '',
      'true',
      'a⏎b�c�[31m',
      '{"x":[1,null]}',
    ]);
  });
});

describe('formatTable', () => {
  const columns = [{ title: 'name' }, { title: 'rows', align: 'right' as const }, { title: 'note' }];

  it('aligns columns, numbers to the right, with no spaces at the end', () => {
    expect(
      formatTable(
        columns,
        [
          ['a', '1', ''],
          ['longer', '1,000', 'x'],
        ],
        80,
      ),
    ).toBe(['name     rows  note', 'a           1', 'longer  1,000  x'].join('\n'));
    expect(formatTable(columns, [], 80)).toBe('name  rows  note');
  });

  it('cuts the widest column to the width of the terminal, nothing without one', () => {
    const rows = [['a'.repeat(40), '1', 'b'.repeat(20)]];
    const lines = formatTable(columns, rows, 40).split('\n');
    expect(lines.map((line) => line.length)).toEqual([40 - 12, 40]);
    expect(lines[1]).toBe(`${'a'.repeat(15)}…     1  ${'b'.repeat(15)}…`);
    expect(formatTable(columns, rows, Number.POSITIVE_INFINITY)).toContain('a'.repeat(40));
  });

  it('leaves out columns for which there is no room, and says so', () => {
    const many = Array.from({ length: 10 }, (_, index) => ({ title: `column_${index}` }));
    const text = formatTable(many, [many.map(({ title }) => title)], 30);
    expect(text.split('\n')).toEqual([
      'column_0  column_1  column_2',
      'column_0  column_1  column_2',
      '… and 7 more columns: column_3, column_4, column_5, column_6, column_7, column_8, column_9',
    ]);
  });

  it('counts accents and wide letters as a terminal does', () => {
    expect(
      formatTable(
        [{ title: 'n' }, { title: 'x' }],
        [
          ['Zu\u0308rich', 'a'],
          ['東京', 'b'],
        ],
        80,
      ),
    ).toBe(['n       x', 'Zu\u0308rich  a', '東京    b'].join('\n'));
  });

  it('aligns pairs', () => {
    expect(
      formatPairs([
        ['version', '7'],
        ['at', 'x'],
      ]),
    ).toBe('version  7\nat       x');
  });
});
