import type { Cents } from '../money.ts';
import type { Random } from './random.ts';

/** Who a simulated customer is. */
export type Person = {
  readonly first_name: string;
  readonly last_name: string;
  readonly email: string;
  readonly phone: string;
};

/** Something the simulated shop sells. */
export type Product = {
  readonly sku: string;
  readonly name: string;
  readonly category: string;
  readonly unit_price: Cents;
};

/** The words of a simulated company; its numbers come from the simulation. */
export type CompanyContent = {
  /** A person; the same random numbers give the same one. */
  readonly person: (random: Random) => Person;
  /** At least one product, from cheap to dear. */
  readonly catalogue: readonly Product[];
};
