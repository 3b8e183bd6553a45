import { describe, expect, it } from 'vitest';
import { createMetrics } from './metrics.ts';

describe('createMetrics', () => {
  it('gives the same metric for the same name', () => {
    const metrics = createMetrics('a');
    expect(metrics.counter('records_total', 'Records.')).toBe(metrics.counter('records_total', 'Records.'));
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
