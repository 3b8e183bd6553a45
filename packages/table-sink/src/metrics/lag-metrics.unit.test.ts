import { createMetrics } from '@marketing-streams/platform/metrics';
import { describe, expect, it } from 'vitest';
import { createLagObserver, type PartitionLag, showLag } from './lag-metrics.ts';

const PLACE = { topic: 't', partition: 0 };
const stored = (waiting: { offset: number; timestamp: number } | null) => [
  { ...PLACE, table: 'bronze.t', committed: 7, waiting },
];

describe('the lag of a table', () => {
  it('counts from the oldest record that is not in the table', () => {
    const observe = createLagObserver(() => 60_000);
    expect(
      observe([{ ...PLACE, position: 90, end: 100 }], stored({ offset: 10, timestamp: 20_000 })),
    ).toEqual([{ ...PLACE, table: 'bronze.t', records: 90, seconds: 40 }]);
  });

  it('is nothing when all is in the table, whatever markers follow', () => {
    const observe = createLagObserver(() => 60_000);
    expect(observe([{ ...PLACE, position: 100, end: 100 }], stored(null))).toMatchObject([
      { records: 0, seconds: 0 },
    ]);
  });

  it('counts time from when it was first seen where no record is known', () => {
    let now = 60_000;
    const observe = createLagObserver(() => now);
    const look = (position: number) => observe([{ ...PLACE, position, end: 100 }], stored(null))[0];
    expect(look(40)).toMatchObject({ records: 60, seconds: 0 });
    now += 5000;
    expect(look(41)).toMatchObject({ records: 59, seconds: 5 });
    expect(look(100)).toMatchObject({ records: 0, seconds: 0 });
    now += 5000;
    expect(look(99)).toMatchObject({ records: 1, seconds: 0 });
  });

  it('does not tell of records from the future', () => {
    const observe = createLagObserver(() => 60_000);
    expect(
      observe([{ ...PLACE, position: 90, end: 100 }], stored({ offset: 10, timestamp: 70_000 })),
    ).toMatchObject([{ seconds: 0 }]);
  });

  it('is shown per partition and as the oldest of the table, of assigned partitions only', async () => {
    const metrics = createMetrics('bronze', { processMetrics: false });
    const lag = (partition: number, records: number, seconds: number): PartitionLag => ({
      ...PLACE,
      partition,
      table: 'bronze.t',
      records,
      seconds,
    });
    let lags = [lag(0, 5, 1.5), lag(1, 6, 9)];
    showLag(metrics, () => lags);
    const shown = async () =>
      (await metrics.expose()).body.split('\n').filter((line) => line.startsWith('table_lag'));
    expect(await shown()).toEqual([
      'table_lag_records{table="bronze.t",topic="t",partition="0",service="bronze"} 5',
      'table_lag_records{table="bronze.t",topic="t",partition="1",service="bronze"} 6',
      'table_lag_seconds{table="bronze.t",service="bronze"} 9',
    ]);
    lags = [lag(0, 0, 0)];
    expect(await shown()).toEqual([
      'table_lag_records{table="bronze.t",topic="t",partition="0",service="bronze"} 0',
      'table_lag_seconds{table="bronze.t",service="bronze"} 0',
    ]);
  });
});
