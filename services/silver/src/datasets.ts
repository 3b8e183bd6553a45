import { type AvroCodec, createAvroCodec } from '@marketing-streams/contracts/avro-codec';
import { compactSchemaOf, createCompactCodec } from '@marketing-streams/contracts/compact-codec';
import type { ActivationDeliveryStatus } from '@marketing-streams/contracts/generated/activation-delivery-status';
import type { OrderPlaced } from '@marketing-streams/contracts/generated/order-placed';
import type { ProfileUpsert } from '@marketing-streams/contracts/generated/profile-upsert';
import type { SilverActivation } from '@marketing-streams/contracts/generated/silver-activation';
import type { SilverCustomer } from '@marketing-streams/contracts/generated/silver-customer';
import type { SilverOrder } from '@marketing-streams/contracts/generated/silver-order';
import { activationKey, orderKey, rowKeyParts, rowStateKey } from '@marketing-streams/contracts/row-key';
import type { SchemaRegistry } from '@marketing-streams/contracts/schema-registry';
import { activationRow, activationStanding } from '@marketing-streams/domain/activation';
import { orderRow, orderStanding } from '@marketing-streams/domain/order';
import { mergeProfile } from '@marketing-streams/domain/profile';
import { type Standing, supersedes } from '@marketing-streams/domain/standing';
import { validateActivation } from '@marketing-streams/domain/validate-activation';
import { validateOrder } from '@marketing-streams/domain/validate-order';
import { validateProfile } from '@marketing-streams/domain/validate-profile';
import type { Merged, SilverDataset } from './dataset.ts';

const codec = <Value>(
  registry: SchemaRegistry,
  topic: Parameters<typeof createAvroCodec>[0]['topic'],
): Promise<AvroCodec<Value>> => createAvroCodec<Value>({ registry, topic });

/** What is kept of rows that are replaced whole. */
const standings = createCompactCodec<Standing>({
  type: 'record',
  name: 'Standing',
  fields: [
    { name: 'rank', type: 'int' },
    { name: 'time', type: 'long' },
    { name: 'partition', type: 'int' },
    { name: 'offset', type: 'long' },
    { name: 'facts', type: 'string' },
  ],
});

const newer = <Row>(current: Standing | undefined, row: Row, kept: Standing): Merged<Row, Standing> | null =>
  current === undefined || supersedes(current, kept) ? { row, kept } : null;

/** Profile patches become customers, merged field by field. */
export const customers = async (
  registry: SchemaRegistry,
): Promise<SilverDataset<ProfileUpsert, SilverCustomer, SilverCustomer>> => ({
  input: 'dom.customer.profile.upsert.v1',
  output: 'silver.customers.v1',
  events: await codec<ProfileUpsert>(registry, 'dom.customer.profile.upsert.v1'),
  rows: await codec<SilverCustomer>(registry, 'silver.customers.v1'),
  problems: validateProfile,
  customerId: (patch) => patch.customer_id,
  rowKey: (patch) => patch.customer_id,
  prefix: 'c',
  state: createCompactCodec<SilverCustomer>(compactSchemaOf('silver.customers.v1')),
  stateKey: (patch) => `c${patch.customer_id}`,
  stateKeyOfRow: (rowKey) => `c${rowKey}`,
  keep: (row) => row,
  merge: (current, patch, position) => {
    const row = mergeProfile(current, patch, position);
    return row === null ? null : { row, kept: row };
  },
});

/** Orders, cancellations and refunds become one row an order. */
export const orders = async (
  registry: SchemaRegistry,
): Promise<SilverDataset<OrderPlaced, SilverOrder, Standing>> => ({
  input: 'dom.order.placed.v1',
  output: 'silver.orders.v1',
  events: await codec<OrderPlaced>(registry, 'dom.order.placed.v1'),
  rows: await codec<SilverOrder>(registry, 'silver.orders.v1'),
  problems: validateOrder,
  customerId: (order) => order.customer_id,
  rowKey: orderKey,
  prefix: 'o',
  state: standings,
  stateKey: ({ customer_id, order_id }) => rowStateKey('o', { customerId: customer_id, id: order_id }),
  stateKeyOfRow: (rowKey) => rowStateKey('o', rowKeyParts(rowKey)),
  keep: orderStanding,
  merge: (current, order, position) => {
    const row = orderRow(order, position);
    return newer(current, row, orderStanding(row));
  },
});

/** Delivery reports become one row a delivery. */
export const activations = async (
  registry: SchemaRegistry,
): Promise<SilverDataset<ActivationDeliveryStatus, SilverActivation, Standing>> => ({
  input: 'dom.activation.delivery.status.v1',
  output: 'silver.activations.v1',
  events: await codec<ActivationDeliveryStatus>(registry, 'dom.activation.delivery.status.v1'),
  rows: await codec<SilverActivation>(registry, 'silver.activations.v1'),
  problems: validateActivation,
  customerId: (activation) => activation.customer_id,
  rowKey: activationKey,
  prefix: 'a',
  state: standings,
  stateKey: ({ customer_id, activation_id }) =>
    rowStateKey('a', { customerId: customer_id, id: activation_id }),
  stateKeyOfRow: (rowKey) => rowStateKey('a', rowKeyParts(rowKey)),
  keep: activationStanding,
  merge: (current, activation, position) => {
    const row = activationRow(activation, position);
    return newer(current, row, activationStanding(row));
  },
});
