import { expect, it } from 'vitest';
import { budgetMetrics, renderBudget } from './budget.ts';
import { PROCESSES, type ProcessName } from './rig-processes.ts';
import type { MeteredProcess } from './thread-meter.ts';

it('shows CPU per event hop by hop, and the workers’ sum without the web app and the broker', () => {
  const metered = Object.fromEntries(
    PROCESSES.map((name, index) => [
      name,
      {
        shares: { transactions: index + 1, table_sink: 0.5, maintenance: 0, rest: 0.25 },
        peakAnonymousBytes: 0,
      },
    ]),
  ) as Record<ProcessName, MeteredProcess>;
  const metrics = budgetMetrics(metered, 100_000);
  // 1 + 2 + 3 + 4 + 5 of the main threads and 0.75 of the others in each of five: 18.75 s of 100,000 events.
  expect(metrics[0]).toMatchObject({ name: 'budget.workers_us', value: 187.5, goal: 60 });
  expect(renderBudget(metrics).split('\n')).toEqual([
    'CPU µs per event       transactions  table sink  maintenance  rest    all',
    'bronze                         10.0         5.0          0.0   2.5   17.5',
    'silver                         20.0         5.0          0.0   2.5   27.5',
    'gold                           30.0         5.0          0.0   2.5   37.5',
    'scorer                         40.0         5.0          0.0   2.5   47.5',
    'gold-publisher                 50.0         5.0          0.0   2.5   57.5',
    'all workers (goal 60)         150.0        25.0          0.0  12.5  187.5',
    'webapp                         60.0         5.0          0.0   2.5   67.5',
    'kafka                                                                77.5',
  ]);
});
