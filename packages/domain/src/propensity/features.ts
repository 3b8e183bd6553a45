import type { Cents } from '../money.ts';

/** What a score is computed from; a gold customer 360 passes straight in. Times in epoch milliseconds. */
export type PropensityFeatures = {
  /** Orders that stand. */
  readonly order_count: number;
  readonly lifetime_value: Cents;
  readonly delivered: number;
  readonly failed: number;
  /** When the last order that stands was placed; null without one. */
  readonly last_order_at: number | null;
  readonly created_at: number;
};

/** One input of the model. */
export type PropensityFeature = {
  /** What people read. */
  readonly name: string;
  /** The value as people know it. */
  readonly value: (input: PropensityFeatures, now: number) => number;
  /** The same on the scale on which it adds to the log-odds evenly. */
  readonly transform: (input: PropensityFeatures, now: number) => number;
};

const DAY = 86_400_000;
const daysBetween = (from: number, to: number): number => Math.max(0, (to - from) / DAY);

/** Without an order, the wait for the first one. */
const daysSinceOrder = (input: PropensityFeatures, now: number): number =>
  daysBetween(input.last_order_at ?? input.created_at, now);

/** What is taken for a customer who was sent nothing: 3 of 4 messages arrive. */
const USUAL_SHARE = 0.75;

/** Drawn towards the usual as if four more had been sent: one failed message does not say as much as twenty. */
const shrunkShare = ({ delivered, failed }: PropensityFeatures): number =>
  (delivered + 4 * USUAL_SHARE) / (delivered + failed + 4);

/** Orders a month since the customer came, with a month more so that a first week is no pace. */
const ordersPerMonth = ({ order_count, created_at }: PropensityFeatures, now: number): number =>
  order_count / (1 + daysBetween(created_at, now) / 30);

/** Orders that would have been expected since the last one, had the customer kept the pace. */
const ordersOverdue = (input: PropensityFeatures, now: number): number =>
  ordersPerMonth(input, now) * (daysSinceOrder(input, now) / 30);

/**
 * The model's inputs, in the order of its weights. How often and how regularly somebody orders says more than
 * the count of orders, which at the same pace only tells how long ago the customer came.
 */
export const PROPENSITY_FEATURES: readonly PropensityFeature[] = [
  {
    name: 'Orders per month',
    value: ordersPerMonth,
    transform: (input, now) => Math.log(0.1 + ordersPerMonth(input, now)),
  },
  {
    name: 'Lifetime value',
    value: ({ lifetime_value }) => lifetime_value / 100,
    transform: ({ lifetime_value }) => Math.log1p(lifetime_value / 50_000),
  },
  {
    name: 'Share of messages delivered',
    value: ({ delivered, failed }) =>
      delivered + failed === 0 ? USUAL_SHARE : delivered / (delivered + failed),
    transform: shrunkShare,
  },
  {
    name: 'Days since last order',
    value: daysSinceOrder,
    transform: (input, now) => daysSinceOrder(input, now) / 30,
  },
  {
    name: 'Orders overdue',
    value: ordersOverdue,
    transform: (input, now) => Math.log1p(ordersOverdue(input, now)),
  },
];

/** A customer on the model's scales, in the order of `PROPENSITY_FEATURES`; `now` in epoch milliseconds. */
export const propensityVector = (input: PropensityFeatures, now: number): number[] =>
  PROPENSITY_FEATURES.map(({ transform }) => transform(input, now));
