import type { GoldCustomer360 } from '@marketing-streams/contracts/generated/gold-customer-360';
import type { StateView } from '@marketing-streams/stream/state/state-view';
import type { Output } from '@marketing-streams/stream/step';
import type { PublisherCodecs } from './codecs.ts';
import { composeGold } from './compose.ts';
import {
  type CustomerParts,
  keepCustomer,
  type PublishedCustomer,
  publishedCustomer,
} from './customer-parts.ts';

/** The topic people and tools read. */
export const GOLD_TOPIC = 'dom.customer.gold.v1';

/**
 * The customer's record. Its value is composed when the transaction is sent, so that a customer who changes often
 * within one costs one record.
 */
export const goldOutput = (
  codecs: PublisherCodecs,
  row: GoldCustomer360,
  customer: PublishedCustomer,
  partition: number,
): Output => ({
  topic: GOLD_TOPIC,
  key: row.customer_id,
  partition,
  latestOnly: true,
  value: () => codecs.gold.encode(composeGold(row, customer)),
});

/**
 * Keeps what a part says now and gives the customer's record under its next version. No record while there is no
 * customer 360: a score or a segment that came first is kept and joined later.
 */
export const publishCustomer = (
  codecs: PublisherCodecs,
  customerId: string,
  state: StateView,
  change: Partial<CustomerParts>,
  partition: number,
): readonly Output[] => {
  const former = publishedCustomer(state, customerId);
  const row = change.customer360 === undefined ? former.customer360 : change.customer360;
  const version = row === null ? former.version : former.version + 1;
  const customer = { ...former, ...change, version };
  keepCustomer(state, customerId, customer);
  if (row !== null) return [goldOutput(codecs, row, customer, partition)];
  // The customer is gone: so is the record.
  const isGone = change.customer360 === null;
  return isGone ? [{ topic: GOLD_TOPIC, key: customerId, partition, latestOnly: true, value: null }] : [];
};
