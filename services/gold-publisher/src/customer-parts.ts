import type { CustomerPropensity } from '@marketing-streams/contracts/generated/customer-propensity';
import type { GoldCustomer360 } from '@marketing-streams/contracts/generated/gold-customer-360';
import type { StateView } from '@marketing-streams/stream/state/state-view';

/** Where the parts of a customer lie in the task's state, each under `part/customer_id`. */
export const PARTS = {
  /** GoldCustomer360 */
  customer360: '360/',
  /** CustomerPropensity */
  propensity: 'propensity/',
  /** string[] in alphabetical order */
  segments: 'segments/',
  /** The version last given to a record of the customer. */
  version: 'version/',
} as const;

/** The customer 360, if one has come. */
export const customer360Of = (state: StateView, customerId: string): GoldCustomer360 | undefined =>
  state.get<GoldCustomer360>(PARTS.customer360 + customerId);

/** The newest score, or null. */
export const propensityOf = (state: StateView, customerId: string): CustomerPropensity | null =>
  state.get<CustomerPropensity>(PARTS.propensity + customerId) ?? null;

/** The segments, none by default. */
export const segmentsOf = (state: StateView, customerId: string): readonly string[] =>
  state.get<readonly string[]>(PARTS.segments + customerId) ?? [];

/** The version last given to a record of the customer, 0 before the first. */
export const versionOf = (state: StateView, customerId: string): number =>
  state.get<number>(PARTS.version + customerId) ?? 0;

/** Takes the next version of a customer's record; it only ever grows, an erased customer's too. */
export const nextVersion = (state: StateView, customerId: string): number => {
  const version = versionOf(state, customerId) + 1;
  keepVersion(state, customerId, version);
  return version;
};

export const keepVersion = (state: StateView, customerId: string, version: number): void =>
  state.put(PARTS.version + customerId, version);

/** Keeps a part, or forgets it for null. */
export const keepPart = (state: StateView, part: string, customerId: string, value: unknown): void => {
  if (value === null) state.remove(part + customerId);
  else state.put(part + customerId, value);
};
