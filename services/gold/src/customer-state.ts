import type { SourceOffset } from '@marketing-streams/contracts/record';
import type { ActivationContribution, OrderContribution } from '@marketing-streams/domain/contributions';
import { type Customer360State, EMPTY_CUSTOMER_360 } from '@marketing-streams/domain/customer-360';
import type { StateView } from '@marketing-streams/stream/state/state-view';

/** What gold keeps of a customer: the fold of its rows, and the input offsets that are part of it. */
export type StoredCustomer = {
  readonly fold: Customer360State;
  readonly source_offsets: readonly SourceOffset[];
};

const CUSTOMERS = 'customer/';
const ORDERS = 'order/';
const ACTIVATIONS = 'activation/';

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

/** The contributions of one kind of row, each under the row's own message key. */
export type Contributions<Contribution> = {
  readonly get: (state: StateView, rowKey: string) => Contribution | undefined;
  /** Keeps what the row contributes; undefined forgets it. */
  readonly set: (state: StateView, rowKey: string, contribution: Contribution | undefined) => void;
  /** All of one customer's. */
  readonly of: (state: StateView, customerId: string) => Iterable<Contribution>;
};

const contributions = <Contribution>(prefix: string): Contributions<Contribution> => ({
  get: (state, rowKey) => state.get<Contribution>(prefix + rowKey),
  set: (state, rowKey, contribution) => {
    if (contribution === undefined) state.remove(prefix + rowKey);
    else state.put(prefix + rowKey, contribution);
  },
  // A row key is JSON that begins with the customer's id: so do all keys of the customer's rows.
  of: function* (state, customerId) {
    const keys = `${prefix}{"customer_id":${JSON.stringify(customerId)},`;
    for (const [, contribution] of state.range<Contribution>(keys)) yield contribution;
  },
});

export const orderContributions = contributions<OrderContribution>(ORDERS);
export const activationContributions = contributions<ActivationContribution>(ACTIVATIONS);
