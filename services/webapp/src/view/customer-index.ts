import type { CustomerGold } from '@marketing-streams/contracts/generated/customer-gold';
import type { LifecycleStage } from '@marketing-streams/domain/lifecycle';
import type { Cursor } from './cursor.ts';
import { compareCustomers, compareToPlace, placeOf, type Sort } from './customer-order.ts';
import { type CustomerTotals, createTotalsKeeper } from './customer-totals.ts';
import { type IndexedCustomer, indexedCustomer } from './indexed-customer.ts';

export type CustomerQuery = {
  /** Substring of name, e-mail, id or phone, whatever the case; empty for all. */
  readonly search: string;
  readonly stage: LifecycleStage | null;
  readonly segment: string | null;
  readonly sort: Sort;
  readonly cursor: Cursor | null;
  readonly limit: number;
};

export type CustomerPage = {
  readonly customer_ids: readonly string[];
  /** Customers that match the filters, on all pages. */
  readonly matches: number;
  readonly next: Cursor | null;
  readonly previous: Cursor | null;
};

/** The customers of the live view as one process knows them. */
export type CustomerIndex = {
  /** Takes a customer in; an older version than the one known changes nothing and gives false. */
  readonly put: (customer: CustomerGold) => boolean;
  readonly remove: (customer_id: string) => boolean;
  readonly has: (customer_id: string) => boolean;
  readonly clear: () => void;
  readonly page: (query: CustomerQuery) => CustomerPage;
  /** The ids of everybody a query matches, in its order, without regard to pages; for exports. */
  readonly everyone: (query: CustomerQuery) => readonly string[];
  readonly totals: () => CustomerTotals;
  /** The sequence of the newest change. */
  readonly sequence: () => number;
  /** Customers changed after a sequence. */
  readonly changedSince: (sequence: number) => readonly string[];
};

/**
 * A look at some customers first tells how near the nearest are about. Without it, going through customers in the
 * order they came, each would be nearer than all before it in the usual sort, newest first.
 */
const SAMPLED_EVERY = 97;

const matchesQuery = (customer: IndexedCustomer, query: CustomerQuery): boolean =>
  (query.stage === null || customer.lifecycle_stage === query.stage) &&
  (query.segment === null || customer.segments.includes(query.segment)) &&
  (query.search === '' || customer.search_text.includes(query.search));

/** Puts a customer into a short list that stays in order, and keeps the list short. */
const insertInOrder = (
  nearest: IndexedCustomer[],
  customer: IndexedCustomer,
  comesBefore: (a: IndexedCustomer, b: IndexedCustomer) => boolean,
  limit: number,
): void => {
  if (nearest.length === limit && !comesBefore(customer, nearest[limit - 1]!)) return;
  let low = 0;
  let high = nearest.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (comesBefore(customer, nearest[middle]!)) high = middle;
    else low = middle + 1;
  }
  nearest.splice(low, 0, customer);
  if (nearest.length > limit) nearest.pop();
};

/**
 * An index in memory. A page is one pass over all customers that keeps the nearest few: nothing has to be
 * re-sorted while customers change under a stream (docs/decisions/0061-list-index-in-memory.md has the times).
 */
export const createCustomerIndex = (): CustomerIndex => {
  const customers: IndexedCustomer[] = [];
  const slots = new Map<string, number>();
  let totals = createTotalsKeeper();
  let sequence = 0;

  const page = (query: CustomerQuery): CustomerPage => {
    const { sort, cursor, limit } = query;
    const backwards = cursor?.direction === 'before';
    const search = query.search.trim().toLowerCase();
    const filters = { ...query, search };
    const comesBefore = (a: IndexedCustomer, b: IndexedCustomer): boolean => {
      const order = compareCustomers(a, b, sort, query.segment);
      return backwards ? order > 0 : order < 0;
    };
    const isOnPage = (customer: IndexedCustomer): boolean => {
      if (cursor === null) return true;
      const order = compareToPlace(customer, cursor.place, sort, query.segment);
      return backwards ? order < 0 : order > 0;
    };

    const sampled: IndexedCustomer[] = [];
    for (let slot = 0; slot < customers.length; slot += SAMPLED_EVERY) {
      const customer = customers[slot]!;
      if (matchesQuery(customer, filters) && isOnPage(customer)) {
        insertInOrder(sampled, customer, comesBefore, limit + 1);
      }
    }
    // As many as are wanted are at least as near as this one: whoever comes after it is none of them.
    const bound = sampled[limit];

    const nearest: IndexedCustomer[] = [];
    let matches = 0;
    for (const customer of customers) {
      if (!matchesQuery(customer, filters)) continue;
      matches += 1;
      if (bound !== undefined && comesBefore(bound, customer)) continue;
      if (isOnPage(customer)) insertInOrder(nearest, customer, comesBefore, limit + 1);
    }
    const hasMore = nearest.length > limit;
    const shown = nearest.slice(0, limit);
    if (backwards) shown.reverse();
    const edge = (customer: IndexedCustomer | undefined, direction: Cursor['direction']): Cursor | null =>
      customer === undefined ? null : { direction, place: placeOf(customer, sort.key, query.segment) };
    const hasNext = backwards ? true : hasMore;
    const hasPrevious = backwards ? hasMore : cursor !== null;
    return {
      customer_ids: shown.map(({ customer_id }) => customer_id),
      matches,
      next: hasNext ? edge(shown.at(-1), 'after') : null,
      previous: hasPrevious ? edge(shown[0], 'before') : null,
    };
  };

  const everyone = (query: CustomerQuery): readonly string[] => {
    const filters = { ...query, search: query.search.trim().toLowerCase() };
    return customers
      .filter((customer) => matchesQuery(customer, filters))
      .sort((a, b) => compareCustomers(a, b, query.sort, query.segment))
      .map(({ customer_id }) => customer_id);
  };

  const known = (customerId: string): IndexedCustomer | undefined => {
    const slot = slots.get(customerId);
    return slot === undefined ? undefined : customers[slot];
  };

  return {
    put: (customer) => {
      const before = known(customer.customer_id);
      if (before !== undefined && before.version > customer.version) return false;
      sequence += 1;
      const entry = indexedCustomer(customer, sequence);
      if (before !== undefined) totals.remove(before);
      totals.add(entry);
      const slot = slots.get(customer.customer_id) ?? customers.length;
      slots.set(customer.customer_id, slot);
      customers[slot] = entry;
      return true;
    },
    remove: (customer_id) => {
      const slot = slots.get(customer_id);
      if (slot === undefined) return false;
      totals.remove(customers[slot]!);
      sequence += 1;
      slots.delete(customer_id);
      // The last one takes the place that became free.
      const last = customers.pop()!;
      if (last.customer_id !== customer_id) {
        customers[slot] = last;
        slots.set(last.customer_id, slot);
      }
      return true;
    },
    has: (customer_id) => slots.has(customer_id),
    clear: () => {
      customers.length = 0;
      slots.clear();
      totals = createTotalsKeeper();
      sequence += 1;
    },
    page,
    everyone,
    totals: () => totals.current(),
    sequence: () => sequence,
    changedSince: (since) =>
      customers.filter((entry) => entry.sequence > since).map((entry) => entry.customer_id),
  };
};
