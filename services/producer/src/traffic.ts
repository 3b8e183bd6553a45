import type { CompanyContent } from '@marketing-streams/domain/simulation/company-content';
import {
  type Company,
  companyCustomers,
  companyHistory,
} from '@marketing-streams/domain/simulation/company-history';
import type { CustomerEvent } from '@marketing-streams/domain/simulation/customer-event';
import { createLiveTraffic, type LiveTraffic } from '@marketing-streams/domain/simulation/live-traffic';

/** What the producer says of its customers. */
export type Traffic = {
  /** The company's past up to a moment (epoch milliseconds), oldest first. */
  readonly pastUpTo: (until: number) => readonly CustomerEvent[];
  /** What happens from a start on (epoch milliseconds) to those who were there when the past ended. */
  readonly liveSince: (pastEnd: number, start: number) => LiveTraffic;
};

/** The start in seconds, short: what tells one run's ids from another's. */
const runName = (startedAt: number): string => Math.floor(startedAt / 1000).toString(36);

/** The traffic of a company as a function of the moments it is asked about. */
export const companyTraffic = (company: Company, content: CompanyContent): Traffic => ({
  pastUpTo: (until) => companyHistory(company, content, until),
  liveSince: (pastEnd, start) =>
    createLiveTraffic({
      seed: company.seed,
      run: runName(start),
      customers: companyCustomers(company, content, pastEnd),
      content,
    }),
});
