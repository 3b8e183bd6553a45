import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { orderContribution, profileContribution } from './contributions.ts';
import { applyOrder, applyProfile, EMPTY_CUSTOMER_360 } from './customer-360.ts';
import { isActive, toCustomer360Row } from './customer-360-row.ts';
import { type ReportedState, stageChange } from './lifecycle-feedback.ts';
import { mergeOrder, ORDER_STATUSES } from './order.ts';
import { mergeProfile, type ProfilePatch, type ProfileRow } from './profile.ts';

const state = (lifecycle_stage: ReportedState['lifecycle_stage'], is_active: boolean) => ({
  customer_id: 'c1',
  lifecycle_stage,
  is_active,
});
const ordered = { counted: true, amount: 1, placed_at: 10, updated_at: 20 };

describe('stageChange', () => {
  it('reports nothing when neither stage nor activity changed', () => {
    expect(stageChange(state('customer', true), state('customer', true), ordered)).toBeNull();
    expect(stageChange(null, state('prospect', false), ordered)).toBeNull();
  });

  it('carries only what changed, as of the order', () => {
    expect(stageChange(null, state('customer', true), ordered)).toEqual({
      customer_id: 'c1',
      email: null,
      first_name: null,
      last_name: null,
      phone: null,
      is_active: true,
      lifecycle_stage: 'customer',
      source: 'lifecycle',
      updated_at: 10,
    });
    expect(stageChange(state('customer', true), state('high-value', true), ordered)).toMatchObject({
      is_active: null,
      lifecycle_stage: 'high-value',
      updated_at: 20,
    });
    expect(stageChange(state('engaged', false), state('engaged', true), ordered)).toMatchObject({
      is_active: true,
      lifecycle_stage: null,
    });
  });

  it('is as of the delivery when a delivery was the cause', () => {
    const delivery = { channel: 'EMAIL', status: 'DELIVERED', occurred_at: 77 } as const;
    expect(stageChange(state('customer', true), state('engaged', true), delivery)).toMatchObject({
      lifecycle_stage: 'engaged',
      updated_at: 77,
    });
  });

  it('never reports a customer inactive', () => {
    expect(stageChange(state('customer', true), state('customer', false), ordered)).toBeNull();
  });
});

describe('the way of the feedback back to the profile', () => {
  const time = fc.integer({ min: 100, max: 120 });
  const setting = fc.record({ is_active: fc.boolean(), updated_at: time });
  const order = fc.record({ status: fc.constantFrom(...ORDER_STATUSES), placed_at: time, delay: fc.nat(5) });

  it('changes neither activity nor stage nor the date the customer came', () => {
    fc.assert(
      fc.property(
        fc.array(setting, { maxLength: 3 }),
        fc.array(order, { maxLength: 4 }),
        (settings, orders) => {
          const nobody: ProfilePatch = {
            customer_id: 'c1',
            email: null,
            first_name: null,
            last_name: null,
            phone: null,
            is_active: null,
            lifecycle_stage: null,
            source: 'webapp',
            updated_at: 0,
          };
          let offset = 0;
          let profile: ProfileRow | undefined;
          const say = (patch: ProfilePatch) => {
            const position = { topic: 'profiles', partition: 0, offset };
            offset += 1;
            profile = mergeProfile(profile, patch, position) ?? profile;
          };
          for (const patch of settings) say({ ...nobody, ...patch });
          let fold = EMPTY_CUSTOMER_360;
          if (profile !== undefined) fold = applyProfile(fold, profileContribution(profile));
          const feedback: ProfilePatch[] = [];
          orders.forEach(({ status, placed_at, delay }, index) => {
            const row = mergeOrder(
              undefined,
              {
                order_id: `o${index}`,
                customer_id: 'c1',
                status,
                total_amount: 300_000,
                currency: 'USD',
                items: [],
                placed_at,
                updated_at: placed_at + delay,
              },
              { topic: 'orders', partition: 0, offset: index },
            )!;
            const before = toCustomer360Row('c1', fold, []);
            fold = applyOrder(fold, undefined, orderContribution(row), () => []);
            const patch = stageChange(before, toCustomer360Row('c1', fold, [])!, orderContribution(row));
            if (patch !== null) feedback.push(patch);
          });
          const before = toCustomer360Row('c1', fold, []);
          for (const patch of feedback) say(patch);
          const after = profile === undefined ? fold : applyProfile(fold, profileContribution(profile));
          expect(isActive(after)).toBe(isActive(fold));
          expect(toCustomer360Row('c1', after, [])).toEqual(before);
        },
      ),
      { numRuns: 500 },
    );
  });
});
