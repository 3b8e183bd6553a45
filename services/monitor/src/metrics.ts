import type { Alert } from '@marketing-streams/contracts/generated/alert';
import { DIFFERENCE_CAUSE_VALUES } from '@marketing-streams/contracts/generated/difference-cause';
import type { Metrics } from '@marketing-streams/platform/metrics';

/** What the monitor tells of itself. */
export type MonitorMetrics = {
  /** Customers whose difference stands published, by cause, and those whose sides differ at the moment. */
  readonly reconciled: (open: Readonly<Record<string, number>>, waiting: number) => void;
  readonly alerted: (alert: Alert) => void;
};

export const monitorMetrics = (metrics: Metrics): MonitorMetrics => {
  const differences = metrics.gauge(
    'reconciliation_differences',
    'Customers of whom live aggregation and gold do not say the same, as published, by cause.',
    ['cause'],
  );
  const waitingCustomers = metrics.gauge(
    'reconciliation_waiting_customers',
    'Customers whose two sides differ at the moment, mostly because one of them is a blink ahead.',
  );
  const alerts = metrics.counter('campaign_alerts_total', 'Alerts that began or ended.', ['rule', 'status']);
  return {
    reconciled: (open, waiting) => {
      for (const cause of DIFFERENCE_CAUSE_VALUES) differences.set({ cause }, open[cause] ?? 0);
      waitingCustomers.set(waiting);
    },
    alerted: ({ rule, status }) => alerts.inc({ rule, status }),
  };
};
