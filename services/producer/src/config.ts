import { commonShape } from '@marketing-streams/platform/common-config';
import { z } from 'zod';

/** Settings of the producer. */
export const shape = {
  ...commonShape,
  /** Events a second once the company's past is told; fractions are fine. */
  rate: z.coerce.number().positive().max(100_000),
  /** Decides who the customers are and what they do: the same seed gives the same company. */
  seed: z.coerce.number().int().min(0).max(4_294_967_295),
  /** Customers of the last 400 days that are there from the beginning; 0 starts with nobody. */
  customers: z.coerce.number().int().min(0).max(1_000_000),
};
