import type { ActivationDeliveryStatus } from '@marketing-streams/contracts/generated/activation-delivery-status';
import type { OrderPlaced } from '@marketing-streams/contracts/generated/order-placed';
import type { ProfileUpsert } from '@marketing-streams/contracts/generated/profile-upsert';
import { CHANNELS } from '@marketing-streams/domain/engagement';
import {
  chance,
  createRandom,
  integerBetween,
  pick,
  pickWeighted,
  type Random,
} from '@marketing-streams/domain/simulation/random';
import type { OutgoingRecord } from '@marketing-streams/stream/kafka/api';
import { librdkafkaPartition } from '../../src/harness/foreign-partitioner.ts';
import type { InputRecords } from '../../src/harness/input-codecs.ts';
import { deliveryStatus, orderPlaced, profileUpsert } from '../../src/harness/input-events.ts';
import { poisonOf } from '../../src/harness/poison.ts';
import type { Ledger } from './ledger.ts';

export type TrafficOptions = {
  readonly seed: number;
  readonly customers: number;
  readonly partitions: number;
  readonly inputs: InputRecords;
  /** Takes down everything that is sent and can be processed. */
  readonly ledger: Ledger;
  /** Time of the first event, epoch milliseconds; every event is a millisecond later than the one before. */
  readonly startAt: number;
};

/** An endless stream of records that a seed decides. */
export type Traffic = { readonly next: () => OutgoingRecord };

/** Of 100 records. */
const MIX = [
  { weight: 30, kind: 'new order' },
  { weight: 24, kind: 'new delivery' },
  { weight: 12, kind: 'profile' },
  { weight: 8, kind: 'cancel or refund' },
  { weight: 6, kind: 'late placed' },
  { weight: 5, kind: 'corrected order' },
  { weight: 5, kind: 'corrected delivery' },
  { weight: 7, kind: 'duplicate' },
  { weight: 3, kind: 'poison' },
] as const;

/** Share of records that come from a client with another partitioner. */
const FOREIGN_SHARE = 0.08;

/** Duplicates come from among this many of the newest records. */
const RECENT_RECORDS = 500;

type Desk = {
  readonly random: Random;
  readonly options: TrafficOptions;
  /** The time of the next event. */
  readonly tick: () => number;
  readonly customer: () => string;
  /** Orders and deliveries as they were first sent. */
  readonly placed: OrderPlaced[];
  readonly delivered: ActivationDeliveryStatus[];
};

const aProfile = ({ random, tick, customer }: Desk): ProfileUpsert => {
  const customer_id = customer();
  const updated_at = tick();
  const number = integerBetween(random, 1, 9_999);
  return pickWeighted(random, [
    {
      weight: 5,
      patch: profileUpsert({
        customer_id,
        updated_at,
        first_name: `First${number}`,
        last_name: `Last${number}`,
        email: `c${number}@example.com`,
      }),
    },
    { weight: 4, patch: profileUpsert({ customer_id, updated_at, email: `changed${number}@example.com` }) },
    { weight: 2, patch: profileUpsert({ customer_id, updated_at, is_active: false }) },
    { weight: 1, patch: profileUpsert({ customer_id, updated_at, is_active: true }) },
  ]).patch;
};

const aNewOrder = (desk: Desk): OrderPlaced => {
  const order = orderPlaced({
    order_id: `o-${desk.placed.length}`,
    customer_id: desk.customer(),
    total_amount: integerBetween(desk.random, 1, 90_000),
    placed_at: desk.tick(),
  });
  desk.placed.push(order);
  return order;
};

const aNewDelivery = (desk: Desk): ActivationDeliveryStatus => {
  const failed = chance(desk.random, 0.3);
  const delivery = deliveryStatus({
    activation_id: `a-${desk.delivered.length}`,
    customer_id: desk.customer(),
    channel: pick(desk.random, CHANNELS),
    status: failed ? 'FAILED' : 'DELIVERED',
    failure_reason: failed ? 'not reachable' : null,
    occurred_at: desk.tick(),
  });
  desk.delivered.push(delivery);
  return delivery;
};

const flipped = (delivery: ActivationDeliveryStatus, occurred_at: number): ActivationDeliveryStatus => ({
  ...delivery,
  status: delivery.status === 'DELIVERED' ? 'FAILED' : 'DELIVERED',
  failure_reason: null,
  occurred_at,
});

/** Traffic whose every processable record is in the ledger before it is given out. */
export const createTraffic = (options: TrafficOptions): Traffic => {
  const { seed, customers, partitions, inputs, ledger, startAt } = options;
  const random = createRandom(seed);
  const recent: OutgoingRecord[] = [];
  let clock = startAt;
  const desk: Desk = {
    random,
    options,
    tick: () => ++clock,
    customer: () => `c-${seed}-${integerBetween(random, 0, customers - 1)}`,
    placed: [],
    delivered: [],
  };

  const order = (event: OrderPlaced): OutgoingRecord => {
    ledger.order(event);
    return inputs.order(event);
  };
  const delivery = (event: ActivationDeliveryStatus): OutgoingRecord => {
    ledger.delivery(event);
    return inputs.activation(event);
  };
  const profile = (event: ProfileUpsert): OutgoingRecord => {
    ledger.profile(event);
    return inputs.profile(event);
  };

  const make = (): OutgoingRecord => {
    const { kind } = pickWeighted(random, MIX);
    if (kind === 'profile') return profile(aProfile(desk));
    if (kind === 'new delivery') return delivery(aNewDelivery(desk));
    if (kind === 'poison') return pick(random, poisonOf(inputs.order(aPoisonedOrder(desk)))).record;
    if (kind === 'duplicate' && recent.length > 0) return pick(random, recent);
    if (kind === 'corrected delivery' && desk.delivered.length > 0) {
      return delivery(flipped(pick(random, desk.delivered), desk.tick()));
    }
    if (desk.placed.length === 0 || kind === 'new order') return order(aNewOrder(desk));
    const known = pick(random, desk.placed);
    if (kind === 'corrected order') {
      return order({ ...known, total_amount: integerBetween(random, 1, 90_000), updated_at: desk.tick() });
    }
    if (kind === 'cancel or refund') {
      const status = chance(random, 0.7) ? 'CANCELLED' : 'REFUNDED';
      return order({ ...known, status, updated_at: desk.tick() });
    }
    // Late: the order as it was first sent, out of its time.
    return order(known);
  };

  return {
    next: () => {
      const record = make();
      if (record.headers !== undefined) return record;
      const placed =
        typeof record.key === 'string' && chance(random, FOREIGN_SHARE)
          ? { ...record, partition: librdkafkaPartition(record.key, partitions) }
          : record;
      recent.push(placed);
      if (recent.length > RECENT_RECORDS) recent.shift();
      return placed;
    },
  };
};

/** An order that only ever travels as poison, so that it is in nobody's books. */
const aPoisonedOrder = ({ customer, tick, random }: Desk): OrderPlaced =>
  orderPlaced({
    order_id: `poison-${integerBetween(random, 0, 1_000_000)}`,
    customer_id: customer(),
    total_amount: 1,
    placed_at: tick(),
  });
