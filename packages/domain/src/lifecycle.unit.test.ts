import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LIFECYCLE_STAGES, lifecycleOf } from './lifecycle.ts';

const facts = (order_count: number, lifetime_value: number, delivered: number, failed: number) => ({
  order_count,
  lifetime_value,
  delivered,
  failed,
});

describe('lifecycleOf', () => {
  it.each([
    ['no order', facts(0, 0, 0, 0), 'prospect'],
    ['no order, but every message delivered', facts(0, 0, 9, 0), 'prospect'],
    ['an order and no message', facts(1, 12_050, 0, 0), 'customer'],
    ['an order and exactly half delivered', facts(1, 12_050, 1, 1), 'customer'],
    ['an order and more than half delivered', facts(1, 12_050, 501, 500), 'engaged'],
    ['exactly 5000.00 is not above it', facts(9, 500_000, 10, 0), 'engaged'],
    ['a cent more is', facts(9, 500_001, 0, 0), 'high-value'],
    ['7 of 10 is 70%', facts(9, 500_001, 7, 3), 'evangelist'],
    ['699 of 1000 is not', facts(9, 500_001, 699, 301), 'high-value'],
  ])('%s', (_, given, stage) => {
    expect(lifecycleOf(given).stage).toBe(stage);
  });

  it('follows the rule for all facts, decided in exact fractions', () => {
    fc.assert(
      fc.property(
        fc.nat(3),
        fc.integer({ min: 499_998, max: 500_002 }),
        fc.nat(30),
        fc.nat(30),
        (...given) => {
          const [orders, value, delivered, failed] = given.map(BigInt) as [bigint, bigint, bigint, bigint];
          const sent = delivered + failed;
          const expected =
            value > 500_000n
              ? sent > 0n && delivered * 10n >= sent * 7n
                ? 'evangelist'
                : 'high-value'
              : orders === 0n
                ? 'prospect'
                : delivered * 2n > sent
                  ? 'engaged'
                  : 'customer';
          expect(lifecycleOf(facts(...given)).stage).toBe(expected);
        },
      ),
    );
  });

  it('never falls when one more message is delivered', () => {
    fc.assert(
      fc.property(
        fc.nat(3),
        fc.nat(1_000_000),
        fc.nat(30),
        fc.nat(30),
        (orders, value, delivered, failed) => {
          const rank = (more: number) =>
            LIFECYCLE_STAGES.indexOf(lifecycleOf(facts(orders, value, delivered + more, failed)).stage);
          expect(rank(1)).toBeLessThanOrEqual(rank(0));
        },
      ),
    );
  });

  it.each([
    [facts(1, 12_050, 1, 0), '1 order and 100% of 1 message delivered (more than 50% needed)'],
    [facts(2, 12_050, 1, 2), '2 orders; 33.33% of 3 messages delivered (engaged needs more than 50%)'],
    [facts(1, 12_050, 0, 0), '1 order; no message sent (engaged needs more than 50%)'],
    [
      facts(9, 621_000, 7, 3),
      '$6,210.00 lifetime value (more than $5,000.00 needed) and 70% of 10 messages delivered (at least 70% needed)',
    ],
    [
      facts(9, 621_000, 6999, 3001),
      '$6,210.00 lifetime value (more than $5,000.00 needed); 69.99% of 10000 messages delivered (an evangelist needs at least 70%)',
    ],
    [facts(0, 0, 3, 0), 'No order that stands yet'],
  ])('says why: %j', (given, reason) => {
    expect(lifecycleOf(given).reason).toBe(reason);
  });
});
