import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PROPENSITY_FEATURES, type PropensityFeatures, propensityVector } from './features.ts';
import { PROPENSITY_MODEL_V1 } from './model-v1.ts';
import { PROPENSITY_MODEL_VERSION, scorePropensity } from './score.ts';

const NOW = Date.UTC(2026, 5, 1);
const DAY = 86_400_000;

const customers = fc
  .record({
    order_count: fc.nat(200),
    value: fc.nat(500_000),
    delivered: fc.nat(300),
    failed: fc.nat(300),
    sinceOrder: fc.nat(700),
    sinceCreated: fc.nat(700),
  })
  .map(
    ({ order_count, value, delivered, failed, sinceOrder, sinceCreated }): PropensityFeatures => ({
      order_count,
      lifetime_value: order_count * value,
      delivered,
      failed,
      last_order_at: order_count === 0 ? null : NOW - Math.min(sinceOrder, sinceCreated) * DAY,
      created_at: NOW - sinceCreated * DAY,
    }),
  );

describe('scorePropensity', () => {
  it('gives a probability, the version and one finite factor for every input, strongest first', () => {
    fc.assert(
      fc.property(customers, (customer) => {
        const { score, model_version, factors } = scorePropensity(customer, NOW);
        expect(score).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThanOrEqual(1);
        expect(model_version).toBe(PROPENSITY_MODEL_VERSION);
        expect(factors.map(({ name }) => name).toSorted()).toEqual(
          PROPENSITY_FEATURES.map(({ name }) => name).toSorted(),
        );
        const strengths = factors.map(({ contribution }) => Math.abs(contribution));
        expect(strengths).toEqual(strengths.toSorted((a, b) => b - a));
        for (const { value, contribution } of factors) {
          expect(Number.isFinite(value) && Number.isFinite(contribution)).toBe(true);
        }
      }),
    );
  });

  it('explains the score: the average customer and the factors add up to it', () => {
    fc.assert(
      fc.property(customers, (customer) => {
        const { score, factors } = scorePropensity(customer, NOW);
        const logOdds = factors.reduce(
          (sum, { contribution }) => sum + contribution,
          PROPENSITY_MODEL_V1.intercept,
        );
        expect(1 / (1 + Math.exp(-logOdds))).toBeCloseTo(score, 3);
      }),
    );
  });

  it('never rises while nothing happens', () => {
    fc.assert(
      fc.property(customers, fc.nat(400), (customer, days) => {
        expect(scorePropensity(customer, NOW + days * DAY).score).toBeLessThanOrEqual(
          scorePropensity(customer, NOW).score,
        );
      }),
    );
  });

  it('never falls with one more message delivered, and never rises with one more failed', () => {
    fc.assert(
      fc.property(customers, (customer) => {
        const { score } = scorePropensity(customer, NOW);
        const reached = { ...customer, delivered: customer.delivered + 1 };
        const missed = { ...customer, failed: customer.failed + 1 };
        expect(scorePropensity(reached, NOW).score).toBeGreaterThanOrEqual(score);
        expect(scorePropensity(missed, NOW).score).toBeLessThanOrEqual(score);
      }),
    );
  });

  it('ranks a regular customer above one who stopped coming, and that one above nobody', () => {
    const regular: PropensityFeatures = {
      order_count: 12,
      lifetime_value: 240_000,
      delivered: 18,
      failed: 2,
      last_order_at: NOW - 9 * DAY,
      created_at: NOW - 330 * DAY,
    };
    const lapsed = { ...regular, last_order_at: NOW - 200 * DAY };
    const stranger = { ...regular, order_count: 0, lifetime_value: 0, last_order_at: null };
    const score = (customer: PropensityFeatures) => scorePropensity(customer, NOW).score;
    expect(score(regular)).toBeGreaterThan(0.5);
    expect(score(lapsed)).toBeLessThan(0.25);
    expect(score(stranger)).toBeLessThan(score(regular));
  });

  it('is made for the inputs that the committed model was trained with', () => {
    expect(PROPENSITY_MODEL_V1.weights.map(({ name }) => name)).toEqual(
      PROPENSITY_FEATURES.map(({ name }) => name),
    );
  });

  it('takes a last order that lies ahead of the clock as of now', () => {
    const ahead: PropensityFeatures = {
      order_count: 1,
      lifetime_value: 100,
      delivered: 0,
      failed: 0,
      last_order_at: NOW + DAY,
      created_at: NOW,
    };
    expect(propensityVector(ahead, NOW)).toEqual(propensityVector({ ...ahead, last_order_at: NOW }, NOW));
  });
});
