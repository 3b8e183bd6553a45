import { customerPrefix, type RowKeyParts, rowStateKey } from '@marketing-streams/contracts/row-key';
import type { ActivationContribution, OrderContribution } from '@marketing-streams/domain/contributions';
import { EMPTY_CUSTOMER_360 } from '@marketing-streams/domain/customer-360';
import type { StateCodecs } from '@marketing-streams/stream/state/state-codec';
import type { StateView } from '@marketing-streams/stream/state/state-view';
import { activationCodec, customerCodec, orderCodec, type StoredCustomer } from './state-codecs.ts';

const CUSTOMERS = 'c';
const ORDERS = 'o';
const ACTIVATIONS = 'a';

/** How gold's state is written. */
export const GOLD_STATE: StateCodecs = {
  [CUSTOMERS]: customerCodec,
  [ORDERS]: orderCodec,
  [ACTIVATIONS]: activationCodec,
};

const UNKNOWN_CUSTOMER: StoredCustomer = { fold: EMPTY_CUSTOMER_360, source_offsets: [] };

/** The customer as folded so far; `isNew` when nothing of it has been seen. */
export const storedCustomer = (
  state: StateView,
  customerId: string,
): { readonly customer: StoredCustomer; readonly isNew: boolean } => {
  const customer = state.get<StoredCustomer>(CUSTOMERS + customerId);
  return { customer: customer ?? UNKNOWN_CUSTOMER, isNew: customer === undefined };
};

export const storeCustomer = (state: StateView, customerId: string, customer: StoredCustomer): void =>
  state.put(CUSTOMERS + customerId, customer);

/** Every customer of the task. */
export function* storedCustomers(state: StateView): Iterable<readonly [customerId: string, StoredCustomer]> {
  for (const [key, customer] of state.range<StoredCustomer>(CUSTOMERS)) {
    yield [key.slice(CUSTOMERS.length), customer];
  }
}

/** The contributions of one kind of row, each under the row's ids. */
export type Contributions<Contribution> = {
  /** Puts what the row contributes in place of what it contributed before, and gives that; undefined: nothing. */
  readonly replace: (
    state: StateView,
    row: RowKeyParts,
    contribution: Contribution | undefined,
  ) => Contribution | undefined;
  /** All of one customer's. */
  readonly of: (state: StateView, customerId: string) => Iterable<Contribution>;
};

const contributions = <Contribution>(prefix: string): Contributions<Contribution> => ({
  replace: (state, row, contribution) => {
    const key = rowStateKey(prefix, row);
    const before = state.get<Contribution>(key);
    if (contribution !== undefined) state.put(key, contribution);
    else if (before !== undefined) state.remove(key);
    return before;
  },
  of: function* (state, customerId) {
    for (const [, contribution] of state.range<Contribution>(customerPrefix(prefix, customerId)))
      yield contribution;
  },
});

export const orderContributions = contributions<OrderContribution>(ORDERS);
export const activationContributions = contributions<ActivationContribution>(ACTIVATIONS);
