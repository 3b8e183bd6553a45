import type { CustomerGold } from '@marketing-streams/contracts/generated/customer-gold';
import type { LifecycleStage } from '@marketing-streams/domain/lifecycle';
import type { Cursor } from './cursor.ts';
import { compareCustomers, compareToPlace, placeOf, type Sort } from './customer-order.ts';
import { type CustomerTotals, createTotalsKeeper } from './customer-totals.ts';

/** What the list needs of a customer, kept in memory: filters, sort values and the figures of the totals. */
export type IndexedCustomer = {
  readonly customer_id: string;
  /** All that search looks at, in lower case. */
  readonly search_text: string;
  /** Name to sort by, in lower case; without a name after all names. */
  readonly name_key: string;
  readonly lifecycle_stage: LifecycleStage;
  readonly segments: readonly string[];
  readonly is_active: boolean;
  readonly order_count: number;
  readonly lifetime_value: number;
  readonly delivered: number;
  readonly failed: number;
  readonly engagement_rate: number;
  /** Score, or -1 without one. */
  readonly propensity: number;
  /** Epoch milliseconds, or 0 without an order. */
  readonly last_order_at: number;
  readonly created_at: number;
  readonly as_of: number;
  readonly version: number;
  /** Grows with every change of any customer: what a stream of changes resumes from. */
  readonly sequence: number;
};

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
  readonly totals: () => CustomerTotals;
  /** The sequence of the newest change. */
  readonly sequence: () => number;
  /** Customers changed after a sequence. */
  readonly changedSince: (sequence: number) => readonly string[];
};

const NAMELESS = '\u{10ffff}';

const indexed = (customer: CustomerGold, sequence: number): IndexedCustomer => {
  const name = [customer.first_name, customer.last_name].filter(Boolean).join(' ').toLowerCase();
  const digits = customer.phone?.replace(/\D/g, '') ?? '';
  return {
    customer_id: customer.customer_id,
    search_text: [name, customer.email ?? '', customer.customer_id, customer.phone ?? '', digits]
      .join('\n')
      .toLowerCase(),
    name_key: name === '' ? NAMELESS : name,
    lifecycle_stage: customer.lifecycle_stage,
    segments: customer.segments,
    is_active: customer.is_active,
    order_count: customer.order_count,
    lifetime_value: customer.lifetime_value,
    delivered: customer.delivered,
    failed: customer.failed,
    engagement_rate: customer.engagement_rate,
    propensity: customer.propensity?.score ?? -1,
    last_order_at: customer.last_order_at ?? 0,
    created_at: customer.created_at,
    as_of: customer.as_of,
    version: customer.version,
    sequence,
  };
};

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
  const customers = new Map<string, IndexedCustomer>();
  let totals = createTotalsKeeper();
  let sequence = 0;

  const page = (query: CustomerQuery): CustomerPage => {
    const { sort, cursor, limit } = query;
    const backwards = cursor?.direction === 'before';
    const search = query.search.trim().toLowerCase();
    const filters = { ...query, search };
    const comesBefore = (a: IndexedCustomer, b: IndexedCustomer): boolean => {
      const order = compareCustomers(a, b, sort);
      return backwards ? order > 0 : order < 0;
    };
    const nearest: IndexedCustomer[] = [];
    let matches = 0;
    for (const customer of customers.values()) {
      if (!matchesQuery(customer, filters)) continue;
      matches += 1;
      if (cursor !== null) {
        const order = compareToPlace(customer, cursor.place, sort);
        if (backwards ? order >= 0 : order <= 0) continue;
      }
      insertInOrder(nearest, customer, comesBefore, limit + 1);
    }
    const hasMore = nearest.length > limit;
    const shown = nearest.slice(0, limit);
    if (backwards) shown.reverse();
    const edge = (customer: IndexedCustomer | undefined, direction: Cursor['direction']): Cursor | null =>
      customer === undefined ? null : { direction, place: placeOf(customer, sort.key) };
    const hasNext = backwards ? true : hasMore;
    const hasPrevious = backwards ? hasMore : cursor !== null;
    return {
      customer_ids: shown.map(({ customer_id }) => customer_id),
      matches,
      next: hasNext ? edge(shown.at(-1), 'after') : null,
      previous: hasPrevious ? edge(shown[0], 'before') : null,
    };
  };

  return {
    put: (customer) => {
      const known = customers.get(customer.customer_id);
      if (known !== undefined && known.version > customer.version) return false;
      sequence += 1;
      const entry = indexed(customer, sequence);
      if (known !== undefined) totals.remove(known);
      totals.add(entry);
      customers.set(customer.customer_id, entry);
      return true;
    },
    remove: (customer_id) => {
      const known = customers.get(customer_id);
      if (known === undefined) return false;
      totals.remove(known);
      sequence += 1;
      return customers.delete(customer_id);
    },
    has: (customer_id) => customers.has(customer_id),
    clear: () => {
      customers.clear();
      totals = createTotalsKeeper();
      sequence += 1;
    },
    page,
    totals: () => totals.current(),
    sequence: () => sequence,
    changedSince: (since) =>
      [...customers.values()].filter((entry) => entry.sequence > since).map((entry) => entry.customer_id),
  };
};
