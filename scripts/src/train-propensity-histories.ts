import { propensityVector } from '@marketing-streams/domain/propensity/features';
import {
  beta,
  chance,
  createRandom,
  gamma,
  normal,
  type Random,
  waitFor,
} from '@marketing-streams/domain/simulation/random';

/** One customer at the cut: what the model may see, and what then happened. */
export type LabelledCustomer = {
  /** On the model's scales, in the order of `PROPENSITY_FEATURES`. */
  readonly features: readonly number[];
  /** True when the customer ordered within `HORIZON_DAYS` after the cut. */
  readonly ordered: boolean;
};

/** How far the score looks ahead. */
export const HORIZON_DAYS = 30;

/**
 * The simulated world. Purchases follow BG/NBD (Fader, Hardie and Lee 2005): each customer orders at a rate of
 * its own, drawn from a gamma distribution, and may leave for good after any order. On top: customers who order
 * more tend to order bigger and to be reachable, and one who has left is harder to reach.
 */
export const WORLD = {
  /** Customers came at most this many days before the cut. */
  longestTenureDays: 540,
  /** Orders a day while the customer stays: gamma of this shape and mean. */
  orderRateShape: 0.9,
  orderRateMean: 1 / 40,
  /** Probability of leaving after an order: beta distributed. */
  leavingBeta: [0.9, 5],
  /** Typical order of the median customer in currency units, and how customers and orders vary (log scale). */
  orderValue: 95,
  orderValueSpreadBetween: 0.6,
  orderValueSpreadWithin: 0.45,
  /** How much a customer who orders more also orders bigger (log on log). */
  orderValueWithRate: 0.2,
  /** Orders that are cancelled or refunded. */
  takenBack: 0.06,
  /** Messages a day. */
  messageRate: 1 / 9,
  /** Log-odds that a message is delivered: base, spread, pull of the order rate, loss once the customer left. */
  delivered: { base: 1.3, spread: 0.7, withRate: 0.35, afterLeaving: -1.6 },
} as const;

const DAY = 86_400_000;
/** Any fixed moment serves: only distances to it matter. */
const CUT = Date.UTC(2026, 0, 1);

const deliveries = (
  random: Random,
  tenureDays: number,
  leftOnDay: number,
  deliverable: number,
): { readonly delivered: number; readonly failed: number } => {
  let delivered = 0;
  let failed = 0;
  for (
    let day = waitFor(random, WORLD.messageRate);
    day < tenureDays;
    day += waitFor(random, WORLD.messageRate)
  ) {
    const logOdds = deliverable + (day > leftOnDay ? WORLD.delivered.afterLeaving : 0);
    if (chance(random, 1 / (1 + Math.exp(-logOdds)))) delivered += 1;
    else failed += 1;
  }
  return { delivered, failed };
};

/** One customer's life up to the cut and the horizon after it. */
export const simulateCustomer = (random: Random): LabelledCustomer => {
  const tenureDays = 1 + random.uniform() * (WORLD.longestTenureDays - 1);
  const rate = gamma(random, WORLD.orderRateShape, WORLD.orderRateMean / WORLD.orderRateShape);
  const leaving = beta(random, ...WORLD.leavingBeta);
  const relativeRate = Math.log(rate / WORLD.orderRateMean);
  const typicalOrder =
    Math.log(WORLD.orderValue) +
    WORLD.orderValueWithRate * relativeRate +
    WORLD.orderValueSpreadBetween * normal(random);
  let leftOnDay = Number.POSITIVE_INFINITY;
  let orderCount = 0;
  let lifetimeValue = 0;
  let lastOrderDay: number | null = null;
  let ordered = false;
  for (
    let day = waitFor(random, rate);
    day < tenureDays + HORIZON_DAYS && leftOnDay === Number.POSITIVE_INFINITY;
    day += waitFor(random, rate)
  ) {
    const value = Math.exp(typicalOrder + WORLD.orderValueSpreadWithin * normal(random));
    const stands = !chance(random, WORLD.takenBack);
    if (chance(random, leaving)) leftOnDay = day;
    if (day > tenureDays) {
      ordered = true;
    } else if (stands) {
      orderCount += 1;
      lifetimeValue += Math.round(value * 100);
      lastOrderDay = day;
    }
  }
  const deliverable =
    WORLD.delivered.base +
    WORLD.delivered.spread * normal(random) +
    WORLD.delivered.withRate * Math.max(-2, Math.min(2, relativeRate));
  const created_at = CUT - tenureDays * DAY;
  const input = {
    order_count: orderCount,
    lifetime_value: lifetimeValue,
    ...deliveries(random, tenureDays, leftOnDay, deliverable),
    last_order_at: lastOrderDay === null ? null : created_at + lastOrderDay * DAY,
    created_at,
  };
  return { features: propensityVector(input, CUT), ordered };
};

/** Many customers, each with a random stream of its own; the same seed gives the same customers. */
export const simulateCustomers = (seed: number, count: number): readonly LabelledCustomer[] =>
  Array.from({ length: count }, (_, index) => simulateCustomer(createRandom(seed, index)));
