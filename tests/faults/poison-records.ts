import type { ActivationDeliveryStatus } from '@marketing-streams/contracts/generated/activation-delivery-status';
import type { OrderPlaced } from '@marketing-streams/contracts/generated/order-placed';
import type { ProfileUpsert } from '@marketing-streams/contracts/generated/profile-upsert';
import type { SchemaRegistry } from '@marketing-streams/contracts/schema-registry';
import type { OutgoingRecord } from '@marketing-streams/stream/kafka/api';
import type { InputRecords } from '../src/harness/input-codecs.ts';
import { deliveryStatus, orderPlaced, profileUpsert } from '../src/harness/input-events.ts';
import { POISON_HEADER, type Poison, poisonOf } from '../src/harness/poison.ts';

const DAY_MILLISECONDS = 86_400_000;

/** Kafka's `max.message.bytes` is 1,048,588 with the batch's own overhead. */
const LARGEST_VALUE_BYTES = 1_048_000;

/** A schema that no contract can read: another name for everything. */
const FOREIGN_SCHEMA = JSON.stringify({
  type: 'record',
  name: 'Foreign',
  fields: [{ name: 'nothing_of_ours', type: 'long' }],
});

/** Registers a schema that is not the contracts'; gives its id. */
export const registerForeignSchema = (registry: SchemaRegistry): Promise<number> =>
  registry.register('foreign-value', FOREIGN_SCHEMA, 'AVRO');

/** Events of one customer that nobody has sent yet. */
export type CustomerEvents = {
  readonly profile: ProfileUpsert;
  readonly order: OrderPlaced;
  readonly delivery: ActivationDeliveryStatus;
};

export const eventsOf = (customer_id: string, at: number): CustomerEvents => ({
  profile: profileUpsert({ customer_id, first_name: 'Edsger', updated_at: at }),
  order: orderPlaced({ order_id: 'poisoned', customer_id, total_amount: 1_010, placed_at: at }),
  delivery: deliveryStatus({ activation_id: 'poisoned', customer_id, occurred_at: at }),
});

const marked = (name: string, code: Poison['code'], record: OutgoingRecord): Poison => ({
  name,
  code,
  record: { ...record, headers: { ...record.headers, [POISON_HEADER]: name } },
});

/** What can be wrong with the bytes of any record, made of a good one. */
export const brokenBytes = (good: OutgoingRecord, foreignSchemaId: number): readonly Poison[] => {
  const value = good.value!;
  const foreign = Buffer.from(value);
  foreign.writeInt32BE(foreignSchemaId, 1);
  const wrongMagic = Buffer.from(value);
  wrongMagic[0] = 1;
  return [
    ...poisonOf(good),
    marked('wrong magic byte', 'VALUE_UNDECODABLE', { ...good, value: wrongMagic }),
    marked('incompatible schema', 'SCHEMA_INCOMPATIBLE', { ...good, value: foreign }),
    marked('bytes left over', 'VALUE_UNDECODABLE', { ...good, value: Buffer.concat([value, value]) }),
    marked('empty key', 'KEY_MISSING', { ...good, key: '', partition: 1 }),
    marked('empty value', 'VALUE_UNDECODABLE', { ...good, value: Buffer.alloc(0) }),
    marked("somebody else's key", 'KEY_MISMATCH', { ...good, key: 'somebody else' }),
    marked('as large as the topic takes', 'VALUE_UNDECODABLE', {
      ...good,
      value: Buffer.alloc(LARGEST_VALUE_BYTES, 7),
    }),
  ];
};

/** What can be wrong with what a well-formed order says, and with the times of records. */
export const wrongOrders = (inputs: InputRecords, { order }: CustomerEvents): readonly Poison[] => {
  const now = Date.now();
  const invalid = (name: string, changes: Partial<OrderPlaced>, timestamp?: number): Poison =>
    marked(
      name,
      'VALUE_INVALID',
      inputs.order({ ...order, ...changes }, timestamp === undefined ? {} : { timestamp }),
    );
  return [
    invalid('placed in the far future', { placed_at: now + 400 * DAY_MILLISECONDS }),
    invalid('placed before there were computers', { placed_at: -1 }),
    invalid('a record of long ago that knows of today', {}, now - 400 * DAY_MILLISECONDS),
    invalid('a record from before 1970', {}, -86_400_000),
    invalid('an amount below nothing', { total_amount: -1 }),
  ];
};

/** A good order whose record is nearly as large as the topic takes: larger than a row may be. */
export const hugeOrder = (inputs: InputRecords, { order }: CustomerEvents): OutgoingRecord => {
  const item = { sku: 'x'.repeat(990), name: 'a part', category: 'parts', quantity: 1, unit_price: 1 };
  return inputs.order({ ...order, items: Array.from({ length: 1_035 }, () => item) });
};

/** A good order of some 700 kB, which goes all the way. */
export const largeOrder = (order: OrderPlaced): OrderPlaced => ({
  ...order,
  items: Array.from({ length: 700 }, () => ({
    sku: 'y'.repeat(990),
    name: 'a part',
    category: 'parts',
    quantity: 1,
    unit_price: 1,
  })),
});
