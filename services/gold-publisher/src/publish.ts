import type { GoldCustomer360 } from '@marketing-streams/contracts/generated/gold-customer-360';
import type { StateView } from '@marketing-streams/stream/state/state-view';
import type { Output } from '@marketing-streams/stream/step';
import type { PublisherCodecs } from './codecs.ts';
import { composeGold } from './compose.ts';
import { customer360Of, nextVersion, propensityOf, segmentsOf } from './customer-parts.ts';

/** The topic people and tools read. */
export const GOLD_TOPIC = 'dom.customer.gold.v1';

/**
 * The customer's record under a version. Its value is composed when the transaction is sent, so that a customer
 * who changes often within one costs one record.
 */
export const goldOutput = (
  codecs: PublisherCodecs,
  row: GoldCustomer360,
  version: number,
  state: StateView,
  partition: number,
): Output => ({
  topic: GOLD_TOPIC,
  key: row.customer_id,
  partition,
  latestOnly: true,
  value: () => {
    const propensity = propensityOf(state, row.customer_id);
    const segments = segmentsOf(state, row.customer_id);
    return codecs.gold.encode(composeGold(row, { propensity, segments }, version));
  },
});

/**
 * The customer's record as it is now, under the next version. Nothing while there is no customer 360: a score
 * or a segment that came first is kept and joined later.
 */
export const publishCustomer = (
  codecs: PublisherCodecs,
  customerId: string,
  state: StateView,
  partition: number,
): readonly Output[] => {
  const row = customer360Of(state, customerId);
  if (row === undefined) return [];
  return [goldOutput(codecs, row, nextVersion(state, customerId), state, partition)];
};

/** The customer is gone: so is the record. */
export const retractCustomer = (customerId: string, partition: number): readonly Output[] => [
  { topic: GOLD_TOPIC, key: customerId, partition, latestOnly: true, value: null },
];
