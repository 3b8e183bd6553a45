import { type AvroSchema, createCompactCodec } from '@marketing-streams/contracts/compact-codec';
import { type RowKeyParts, rowStateKey } from '@marketing-streams/contracts/row-key';
import {
  type LiveCustomer,
  type LiveDelivery,
  type LiveOrder,
  UNKNOWN_LIVE_CUSTOMER,
} from '@marketing-streams/domain/live/live-customer';
import type { StateCodecs } from '@marketing-streams/stream/state/state-codec';
import type { StateView } from '@marketing-streams/stream/state/state-view';

/** What is kept of a customer. */
export type StoredCustomer = {
  readonly customer: LiveCustomer;
  /** Newest Kafka timestamp of the customer's records, epoch milliseconds. */
  readonly evaluated_at: number;
  /** `evaluated_at` is only what tables say: records that are no longer there were never seen. */
  readonly estimated: boolean;
  /** Some record or row names the customer; false while only a former evaluation does. */
  readonly known: boolean;
};

const CUSTOMERS = 'c';
const ORDERS = 'o';
const DELIVERIES = 'd';
const CLOCKS = 'p';

const field = (name: string, type: AvroSchema): AvroSchema => ({ name, type });
const record = (name: string, fields: readonly AvroSchema[]): AvroSchema => ({
  type: 'record',
  name,
  fields,
});
const orNull = (type: AvroSchema): AvroSchema => ['null', type];

const stamp = record('Stamp', [field('time', 'long'), field('offset', 'long'), field('partition', 'int')]);

const customer = record('LiveCustomer', [
  field('email', orNull(record('Said', [field('value', 'string'), field('said', stamp)]))),
  field('first_name', orNull('Said')),
  field('last_name', orNull('Said')),
  field('phone', orNull('Said')),
  field(
    'is_active',
    orNull(
      record('ActivitySetting', [
        field('value', 'boolean'),
        field('updated_at', 'long'),
        field('said', 'Stamp'),
      ]),
    ),
  ),
  field('order_count', 'int'),
  field('lifetime_value', 'long'),
  field('last_order_at', orNull('long')),
  field('delivered', 'int'),
  field('failed', 'int'),
]);

/** How the state is written; keys under other letters are JSON. */
export const LIVE_CUSTOMERS_STATE: StateCodecs = {
  [CUSTOMERS]: createCompactCodec<StoredCustomer>(
    record('StoredCustomer', [
      field('customer', customer),
      field('evaluated_at', 'long'),
      field('estimated', 'boolean'),
      field('known', 'boolean'),
    ]),
  ),
  [ORDERS]: createCompactCodec<LiveOrder>(
    record('LiveOrder', [field('rank', 'int'), field('amount', 'long'), field('said', stamp)]),
  ),
  [DELIVERIES]: createCompactCodec<LiveDelivery>(
    record('LiveDelivery', [field('delivered', 'boolean'), field('said', stamp)]),
  ),
  [CLOCKS]: createCompactCodec<number>('long'),
};

const UNKNOWN: StoredCustomer = {
  customer: UNKNOWN_LIVE_CUSTOMER,
  evaluated_at: 0,
  estimated: true,
  known: false,
};

/** What is kept of the customer. */
export const storedCustomer = (state: StateView, customerId: string): StoredCustomer =>
  state.get<StoredCustomer>(CUSTOMERS + customerId) ?? UNKNOWN;

export const keepCustomer = (state: StateView, customerId: string, stored: StoredCustomer): void =>
  state.put(CUSTOMERS + customerId, stored);

/** The task's customers in the order of their ids; those after an id, when one is given. */
export function* storedCustomers(
  state: StateView,
  after?: string,
): Iterable<readonly [customerId: string, StoredCustomer]> {
  const from = after === undefined ? undefined : CUSTOMERS + after;
  for (const [key, stored] of state.range<StoredCustomer>(CUSTOMERS, from))
    yield [key.slice(CUSTOMERS.length), stored];
}

const kept = <Row>(prefix: string) => ({
  get: (state: StateView, row: RowKeyParts): Row | undefined => state.get<Row>(rowStateKey(prefix, row)),
  put: (state: StateView, row: RowKeyParts, value: Row): void => state.put(rowStateKey(prefix, row), value),
});

export const keptOrders = kept<LiveOrder>(ORDERS);
export const keptDeliveries = kept<LiveDelivery>(DELIVERIES);

/**
 * The time a record of a partition counts as said: its timestamp, or that of an earlier record of the partition
 * when that is larger, so that it never goes back.
 */
export const advanceClock = (
  state: StateView,
  topic: string,
  partition: number,
  timestamp: number,
): number => {
  const key = `${CLOCKS}${topic}/${partition}`;
  const before = state.get<number>(key) ?? 0;
  if (timestamp <= before) return before;
  state.put(key, timestamp);
  return timestamp;
};
