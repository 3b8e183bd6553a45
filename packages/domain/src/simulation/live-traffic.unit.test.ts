import { describe, expect, it } from 'vitest';
import { foldEvents, plainContent } from '../testing/fold-events.ts';
import { companyCustomers, companyHistory } from './company-history.ts';
import type { CustomerEvent } from './customer-event.ts';
import { createLiveTraffic } from './live-traffic.ts';

const COMPANY = { seed: 42, customers: 60 };
const START = Date.UTC(2026, 10, 21);

const liveEvents = (count: number, { run = 'run', start = START, customers = COMPANY.customers } = {}) => {
  const company = { ...COMPANY, customers };
  const live = createLiveTraffic({
    seed: company.seed,
    run,
    customers: companyCustomers(company, plainContent, START),
    content: plainContent,
  });
  return Array.from({ length: count }, (_, index) => live.next(start + index * 200));
};

const idOf = ({ kind, event }: CustomerEvent): string =>
  kind === 'order' ? event.order_id : kind === 'activation' ? event.activation_id : event.customer_id;

describe('live traffic', () => {
  it('is the same for the same seed and run, and the same relative to another start', () => {
    expect(liveEvents(500)).toEqual(liveEvents(500));
    const relative = (start: number) =>
      liveEvents(500, { start }).map((happening) => ({ id: idOf(happening), time: happening.time - start }));
    expect(relative(START + 12_345)).toEqual(relative(START));
  });

  it('never uses an id of the past or of another run for something else', () => {
    const past = new Set(
      companyHistory(COMPANY, plainContent, START)
        .filter(({ kind }) => kind !== 'profile')
        .map(idOf),
    );
    const other = new Set(
      liveEvents(2_000, { run: 'other' })
        .filter(({ kind }) => kind !== 'profile')
        .map(idOf),
    );
    for (const happening of liveEvents(2_000)) {
      if (happening.kind === 'profile') continue;
      expect(past.has(idOf(happening)) || other.has(idOf(happening))).toBe(false);
    }
  });

  it('keeps the mix of stages while the company grows', () => {
    const { stages } = foldEvents([...companyHistory(COMPANY, plainContent, START), ...liveEvents(20_000)]);
    const customers = Object.values(stages).reduce((sum, count) => sum + count, 0);
    const share = (stage: keyof typeof stages) => (stages[stage] ?? 0) / customers;
    expect(customers).toBeGreaterThan(500);
    expect(share('prospect')).toBeGreaterThan(0.15);
    expect(share('customer')).toBeGreaterThan(0.05);
    expect(share('engaged')).toBeGreaterThan(0.25);
    expect(share('high-value')).toBeGreaterThan(0.03);
    expect(share('evangelist')).toBeGreaterThan(0.03);
    expect(share('high-value') + share('evangelist')).toBeLessThan(0.3);
  });

  it('takes orders back after they were placed, with all their facts', () => {
    const placed = new Map<string, CustomerEvent>();
    let takenBack = 0;
    for (const happening of liveEvents(5_000)) {
      if (happening.kind !== 'order') continue;
      const { event } = happening;
      if (event.status === 'PLACED') placed.set(event.order_id, happening);
      else {
        takenBack += 1;
        const { event: before } = placed.get(event.order_id)!;
        expect(event).toEqual({ ...before, status: event.status, updated_at: happening.time });
      }
    }
    expect(takenBack).toBeGreaterThan(20);
  });

  it('starts a company from nobody', () => {
    const events = liveEvents(300, { customers: 0 });
    expect(events[0]).toMatchObject({ kind: 'profile', event: { source: 'signup' } });
    const known = new Set<string>();
    for (const { kind, event } of events) {
      if (kind === 'profile') known.add(event.customer_id);
      expect(known.has(event.customer_id)).toBe(true);
    }
  });
});
