import type { Cents } from '../money.ts';
import { chance, createRandom, pickWeighted, type Random } from './random.ts';

/** A kind of customer: how it buys and how well messages reach it. */
export type Persona = {
  readonly name: string;
  /** How many of a hundred new customers are of this kind. */
  readonly weight: number;
  /** While it buys. */
  readonly orders_per_month: number;
  /** Probability that an order is the last. */
  readonly leaves_after_order: number;
  /** Value of a typical order. */
  readonly order_value: Cents;
  readonly messages_per_month: number;
  /** Probability that a message is delivered. */
  readonly reachable: number;
};

/**
 * The customers of a small shop: most look or buy once, some come back, a few carry the business. Together one
 * message in four fails, and all five lifecycle stages occur.
 */
export const PERSONAS: readonly Persona[] = [
  {
    name: 'looks around',
    weight: 24,
    orders_per_month: 0,
    leaves_after_order: 1,
    order_value: 3_500,
    messages_per_month: 1,
    reachable: 0.7,
  },
  {
    name: 'buys once',
    weight: 26,
    orders_per_month: 1.5,
    leaves_after_order: 0.9,
    order_value: 6_500,
    messages_per_month: 1,
    reachable: 0.5,
  },
  {
    name: 'comes back',
    weight: 26,
    orders_per_month: 0.8,
    leaves_after_order: 0.12,
    order_value: 8_500,
    messages_per_month: 1.5,
    reachable: 0.84,
  },
  {
    name: 'buys big',
    weight: 14,
    orders_per_month: 1.8,
    leaves_after_order: 0.03,
    order_value: 105_000,
    messages_per_month: 1.5,
    reachable: 0.46,
  },
  {
    name: 'loyal friend',
    weight: 10,
    orders_per_month: 2,
    leaves_after_order: 0.04,
    order_value: 64_000,
    messages_per_month: 2.5,
    reachable: 0.93,
  },
];

/** A persona by weight. */
export const drawPersona = (random: Random): Persona => pickWeighted(random, PERSONAS);

/**
 * The persona of the `index`-th customer of a company, spread so evenly that any 25 customers in a row hold
 * every kind (the golden ratio's low-discrepancy sequence) and not only on average.
 */
export const personaOfCustomer = (seed: number, index: number): Persona => {
  const start = createRandom(seed).uniform();
  const place = (start + index * 0.618_033_988_749_894_9) % 1;
  return pickWeighted({ uniform: () => place }, PERSONAS);
};

/** How many orders a customer places before it leaves: geometric; none for one who never buys. */
export const drawOrders = (random: Random, persona: Persona): number => {
  if (persona.orders_per_month === 0) return 0;
  let orders = 1;
  while (!chance(random, persona.leaves_after_order)) orders += 1;
  return orders;
};
