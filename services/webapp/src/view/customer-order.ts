import type { IndexedCustomer } from './indexed-customer.ts';

/** What a list of customers can be sorted by, and the direction that is natural for it. */
export const SORT_KEYS = {
  created: 'descending',
  updated: 'descending',
  name: 'ascending',
  lifetime_value: 'descending',
  engagement: 'descending',
  propensity: 'descending',
  last_order: 'descending',
  entered: 'descending',
} as const satisfies Record<string, 'ascending' | 'descending'>;
export type SortKey = keyof typeof SORT_KEYS;

/** A sort as a URL has it: the key, or `-` and the key for the other direction. */
export type Sort = { readonly key: SortKey; readonly reversed: boolean };

/** A customer's place in a sort; the id makes it unique, so that paging neither skips nor repeats. */
export type Place = { readonly value: number | string; readonly customer_id: string };

/** Reads `name` or `-name`; null when there is no such sort key. */
export const parseSort = (text: string): Sort | null => {
  const reversed = text.startsWith('-');
  const key = reversed ? text.slice(1) : text;
  return Object.hasOwn(SORT_KEYS, key) ? { key: key as SortKey, reversed } : null;
};

export const formatSort = ({ key, reversed }: Sort): string => (reversed ? `-${key}` : key);

/**
 * Where a customer stands in a sort; what is not known comes after everything in the natural direction.
 * @param segment the one that `entered` is about; null for whichever was entered last
 */
export const placeOf = (customer: IndexedCustomer, key: SortKey, segment: string | null): Place => ({
  value: sortValue(customer, key, segment),
  customer_id: customer.customer_id,
});

const enteredAt = ({ segments, segments_since }: IndexedCustomer, segment: string | null): number => {
  if (segment !== null) return segments_since[segments.indexOf(segment)] ?? 0;
  let latest = 0;
  for (const since of segments_since) if (since > latest) latest = since;
  return latest;
};

const sortValue = (customer: IndexedCustomer, key: SortKey, segment: string | null): number | string => {
  switch (key) {
    case 'created':
      return customer.created_at;
    case 'updated':
      return customer.as_of;
    case 'name':
      return customer.name_key;
    case 'lifetime_value':
      return customer.lifetime_value;
    case 'engagement':
      return customer.engagement_rate;
    case 'propensity':
      return customer.propensity;
    case 'last_order':
      return customer.last_order_at;
    case 'entered':
      return enteredAt(customer, segment);
  }
};

const compare = (
  aValue: number | string,
  aId: string,
  bValue: number | string,
  bId: string,
  sort: Sort,
): number => {
  const ascending = (SORT_KEYS[sort.key] === 'ascending') !== sort.reversed;
  if (aValue !== bValue) return aValue < bValue === ascending ? -1 : 1;
  if (aId === bId) return 0;
  return aId < bId === ascending ? -1 : 1;
};

/** Negative when the customer comes before the place in the sort. */
export const compareToPlace = (
  customer: IndexedCustomer,
  place: Place,
  sort: Sort,
  segment: string | null,
): number =>
  compare(sortValue(customer, sort.key, segment), customer.customer_id, place.value, place.customer_id, sort);

/** Negative when `a` comes before `b` in the sort. Allocates nothing: it runs once per customer and page. */
export const compareCustomers = (
  a: IndexedCustomer,
  b: IndexedCustomer,
  sort: Sort,
  segment: string | null,
): number =>
  compare(
    sortValue(a, sort.key, segment),
    a.customer_id,
    sortValue(b, sort.key, segment),
    b.customer_id,
    sort,
  );
