import type { CompanyContent } from '@marketing-streams/domain/simulation/company-content';
import {
  type Company,
  companyCustomers,
  companyHistory,
} from '@marketing-streams/domain/simulation/company-history';
import type { CustomerEvent } from '@marketing-streams/domain/simulation/customer-event';
import { createLiveTraffic, type LiveTraffic } from '@marketing-streams/domain/simulation/live-traffic';

/** What the producer says from its start on. */
export type Traffic = {
  /** The company's past up to the start, oldest first. */
  readonly history: readonly CustomerEvent[];
  readonly live: LiveTraffic;
};

/** The start in seconds, short: what tells one run's ids from another's. */
const runName = (startedAt: number): string => Math.floor(startedAt / 1000).toString(36);

/** All of a run's traffic as a function of the company and the start (epoch milliseconds). */
export const companyTraffic = (company: Company, content: CompanyContent, startedAt: number): Traffic => ({
  history: companyHistory(company, content, startedAt),
  live: createLiveTraffic({
    seed: company.seed,
    run: runName(startedAt),
    customers: companyCustomers(company, content, startedAt),
    content,
  }),
});
