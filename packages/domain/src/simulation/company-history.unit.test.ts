import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldEvents, plainContent } from '../testing/fold-events.ts';
import { validateActivation } from '../validate-activation.ts';
import { validateOrder } from '../validate-order.ts';
import { validateProfile } from '../validate-profile.ts';
import { companyCustomers, companyHistory } from './company-history.ts';
import type { CustomerEvent } from './customer-event.ts';

const DAY = 86_400_000;
const TODAY = Date.UTC(2026, 10, 21);
const days = fc.nat(2_000).map((day) => TODAY + day * DAY);
const companies = fc.record({ seed: fc.nat(), customers: fc.integer({ min: 0, max: 80 }) });

const problemsOf = ({ kind, event }: CustomerEvent, now: number) =>
  kind === 'profile'
    ? validateProfile(event, now)
    : kind === 'order'
      ? validateOrder(event, now)
      : validateActivation(event, now);

const idOf = ({ kind, event }: CustomerEvent): string =>
  kind === 'order'
    ? `${event.order_id} ${event.status}`
    : kind === 'activation'
      ? `${event.activation_id} ${event.status} ${event.occurred_at}`
      : `${event.customer_id} ${event.updated_at} ${event.source}`;

describe('the past of a company', () => {
  it('is valid, in the order of time, over by now, and says nothing twice', () => {
    fc.assert(
      fc.property(companies, days, (company, until) => {
        const history = companyHistory(company, plainContent, until);
        for (const event of history) {
          expect(problemsOf(event, until)).toEqual([]);
          expect(event.time).toBeLessThanOrEqual(until);
        }
        const times = history.map(({ time }) => time);
        expect(times).toEqual(times.toSorted((a, b) => a - b));
        expect(new Set(history.map(idOf)).size).toBe(history.length);
      }),
      { numRuns: 50 },
    );
  });

  it('comes back word for word when it is asked for later, with what has been added since', () => {
    fc.assert(
      fc.property(companies, days, fc.nat(60 * DAY), (company, until, later) => {
        const then = companyHistory(company, plainContent, until + later);
        const stillKnown = new Set(then.map(({ event }) => event.customer_id));
        const before = companyHistory(company, plainContent, until).filter(({ event }) =>
          stillKnown.has(event.customer_id),
        );
        expect(then.filter(({ time }) => time <= until)).toEqual(before);
      }),
      { numRuns: 50 },
    );
  });

  it('begins every customer with a sign-up and lets nothing happen before it', () => {
    const seen = new Set<string>();
    for (const { kind, event } of companyHistory({ seed: 42, customers: 60 }, plainContent, TODAY)) {
      if (!seen.has(event.customer_id)) {
        expect(kind).toBe('profile');
        expect(event).toMatchObject({ source: 'signup', is_active: false });
      }
      seen.add(event.customer_id);
    }
    expect(seen.size).toBe(companyCustomers({ seed: 42, customers: 60 }, plainContent, TODAY).length);
  });

  it('is another company for another seed', () => {
    const ids = (seed: number) =>
      companyCustomers({ seed, customers: 60 }, plainContent, TODAY).map(({ customer_id }) => customer_id);
    expect(ids(42)).toEqual(ids(42));
    expect(ids(42).filter((id) => ids(43).includes(id))).toEqual([]);
  });

  it('holds all five stages, a quarter of failed messages, cancellations and refunds, for every seed and day', () => {
    let failed = 0;
    let sent = 0;
    const statuses = new Set<string>();
    for (let seed = 0; seed < 60; seed += 1) {
      const until = TODAY + seed * 7 * DAY;
      const { stages, orders, activations } = foldEvents(
        companyHistory({ seed, customers: 60 }, plainContent, until),
      );
      expect(Object.keys(stages).toSorted(), `seed ${seed}`).toEqual(
        ['customer', 'engaged', 'evangelist', 'high-value', 'prospect'].toSorted(),
      );
      const customers = Object.values(stages).reduce((sum, count) => sum + count, 0);
      expect(Math.abs(customers - 60)).toBeLessThanOrEqual(2);
      sent += activations.length;
      failed += activations.filter(({ status }) => status === 'FAILED').length;
      for (const { status } of orders) statuses.add(status);
    }
    expect(failed / sent).toBeGreaterThan(0.2);
    expect(failed / sent).toBeLessThan(0.3);
    expect([...statuses].toSorted()).toEqual(['CANCELLED', 'PLACED', 'REFUNDED']);
  });

  it('is empty without customers', () => {
    expect(companyHistory({ seed: 1, customers: 0 }, plainContent, TODAY)).toEqual([]);
  });
});
