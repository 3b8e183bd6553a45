import { createMetrics } from '@marketing-streams/platform/metrics';
import { beforeEach, describe, expect, it } from 'vitest';
import { createProgressBook, type ProgressBook } from './partition-progress.ts';

const metrics = createMetrics('test', { processMetrics: false });
let book: ProgressBook;

const shown = async (): Promise<Record<string, number>> => {
  const lag = (await metrics.snapshot()).find(({ name }) => name === 'sink_lag_records');
  return Object.fromEntries((lag?.values ?? []).map(({ labels, value }) => [labels['partition'], value]));
};

beforeEach(() => {
  book = createProgressBook(metrics);
  book.clear();
  book.begin({ topic: 't', partition: 0, position: 5, end: 8 });
});

describe('the progress of partitions', () => {
  it('shows the lag from the assignment on, and while nothing is taken', async () => {
    expect(await shown()).toEqual({ 0: 3 });
    book.hearEnds([
      { topic: 't', partition: 0, offset: 105 },
      { topic: 't', partition: 1, offset: 9 },
    ]);
    expect(await shown()).toEqual({ 0: 100 });
    expect(book.list()).toEqual([{ topic: 't', partition: 0, position: 5, end: 105 }]);
  });

  it('does not take an older end for a newer one', () => {
    book.hearEnds([{ topic: 't', partition: 0, offset: 7 }]);
    expect(book.list()[0]?.end).toBe(8);
  });

  it('shows nothing of partitions that others have now', async () => {
    book.clear();
    expect(await shown()).toEqual({});
  });

  it('is silent when an end has not been heard of', () => {
    expect(book.isSilent(-1)).toBe(true);
    expect(book.isSilent(60_000)).toBe(false);
  });

  it('tells who waits as soon as all is delivered', async () => {
    const reached = book.reaches([{ topic: 't', partition: 0, offset: 8 }], true);
    book.advance([{ topic: 't', partition: 0, position: 8, end: 9, records: [], bytes: 0 }]);
    await reached;
    expect(book.positionOf({ topic: 't', partition: 0 })).toBe(8);
  });
});
