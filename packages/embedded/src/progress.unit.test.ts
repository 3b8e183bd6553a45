import { expect, test } from 'vitest';
import { type Progress, progressPrinter } from './progress.ts';

const at = (receivedBytes: number, done = false): Progress => ({
  part: 'kafka',
  what: 'Kafka 4.3.1',
  totalBytes: 44_000_000,
  receivedBytes,
  done,
});

const written = (isTTY: boolean): string => {
  let text = '';
  const print = progressPrinter({ isTTY, write: (part) => (text += part) });
  for (const progress of [at(0), at(12_100_000), at(12_200_000), at(60_000_000), at(0, true)])
    print(progress);
  return text;
};

test('off a terminal a line is added when the size has changed', () => {
  expect(written(false).trimEnd().split('\n')).toEqual([
    'downloading Kafka 4.3.1 (44 MB, once) … 0 MB',
    'downloading Kafka 4.3.1 (44 MB, once) … 12 MB',
    'downloading Kafka 4.3.1 (44 MB, once) … 44 MB',
    'downloaded Kafka 4.3.1',
  ]);
});

test('on a terminal the line is written over', () => {
  expect(written(true).match(/\n/g)).toHaveLength(1);
  expect(written(true).endsWith('\r\u001b[Kdownloaded Kafka 4.3.1\n')).toBe(true);
});
