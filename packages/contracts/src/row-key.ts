import { PlatformError } from '@marketing-streams/platform/errors';

/**
 * Message key of an order's row: compact JSON with the fields in this order, so that equal rows have equal
 * bytes and compaction sees them as one.
 */
export const orderKey = (row: { readonly customer_id: string; readonly order_id: string }): string =>
  `{"customer_id":${JSON.stringify(row.customer_id)},"order_id":${JSON.stringify(row.order_id)}}`;

/** Message key of an activation's row; see `orderKey`. */
export const activationKey = (row: {
  readonly customer_id: string;
  readonly activation_id: string;
}): string =>
  `{"customer_id":${JSON.stringify(row.customer_id)},"activation_id":${JSON.stringify(row.activation_id)}}`;

/** The ids a row's key names: its customer, and the order or delivery. */
export type RowKeyParts = { readonly customerId: string; readonly id: string };

const CUSTOMER = '{"customer_id":"';
/** Between the two ids; the field's name differs. */
const MIDDLE = /^","(?:order|activation)_id":"/;
const LONGEST_MIDDLE = '","activation_id":"'.length;

const parse = (key: string): unknown => {
  try {
    return JSON.parse(key);
  } catch {
    return null;
  }
};

/**
 * The ids in a key that `orderKey` or `activationKey` made, cut out where they need no unescaping. Throws
 * VALUE_UNDECODABLE for the key of anything else.
 */
export const rowKeyParts = (key: string): RowKeyParts => {
  if (key.startsWith(CUSTOMER) && !key.includes('\\')) {
    const end = key.indexOf('"', CUSTOMER.length);
    const middle = MIDDLE.exec(key.slice(end, end + LONGEST_MIDDLE))?.[0];
    const start = end + (middle?.length ?? 0);
    if (middle !== undefined && key.indexOf('"', start) === key.length - 2 && key.endsWith('"}'))
      return { customerId: key.slice(CUSTOMER.length, end), id: key.slice(start, -2) };
  }
  const { customer_id, ...rest } = (parse(key) ?? {}) as { readonly [name: string]: unknown };
  const [id] = Object.values(rest);
  if (typeof customer_id !== 'string' || typeof id !== 'string')
    throw new PlatformError('VALUE_UNDECODABLE', `${JSON.stringify(key)} is not the key of a customer's row`);
  return { customerId: customer_id, id };
};

/**
 * What the keys of all rows of a customer begin with in a task's state. The length in front tells `ab` + `c` from
 * `a` + `bc`.
 */
export const customerPrefix = (prefix: string, customerId: string): string =>
  `${prefix}${customerId.length}:${customerId}`;

/** Key of an order or a delivery in a task's state, under a prefix of one character. */
export const rowStateKey = (prefix: string, { customerId, id }: RowKeyParts): string =>
  customerPrefix(prefix, customerId) + id;

/**
 * Message key of a row whose key has several fields: compact JSON of those fields in the given order, so that no
 * value can run into its neighbour.
 */
export const structuredKey = <Row extends object>(
  row: Row,
  fields: readonly (keyof Row & string)[],
): string => `{${fields.map((field) => `${JSON.stringify(field)}:${JSON.stringify(row[field])}`).join(',')}}`;
