import { describe, expect, it } from 'vitest';
import { createMetrics } from './metrics.ts';

describe('createMetrics', () => {
  it('gives the same metric for the same name', () => {
    const metrics = createMetrics('a');
    expect(metrics.counter('records_total', 'Records.')).toBe(metrics.counter('records_total', 'Records.'));
  });

  it('asks for what is only known at the moment', async () => {
    const metrics = createMetrics('a', { processMetrics: false });
    let files = 3;
    metrics.onCollect(async () => metrics.gauge('table_files', 'Files.').set(files));
    expect((await metrics.expose()).body).toContain('table_files{service="a"} 3');
    files = 4;
    expect((await metrics.snapshot())[0]?.values[0]?.value).toBe(4);
  });

  it('exposes the metrics of other threads with its own', async () => {
    const main = createMetrics('silver');
    const thread = createMetrics('silver', { processMetrics: false });
    main.counter('transactions_total', 'Transactions.').inc(2);
    thread.gauge('table_version', 'Version.', ['table']).set({ table: 'silver/orders' }, 7);
    main.include(thread.snapshot);
    const { body } = await main.expose();
    expect(body).toContain('transactions_total{service="silver"} 2');
    expect(body).toContain('table_version{table="silver/orders",service="silver"} 7');
  });
});
