import { createRandom, integerBetween } from '@marketing-streams/domain/simulation/random';
import type { OutgoingRecord } from '@marketing-streams/stream/kafka/api';
import { orderPlaced, profileUpsert } from '@marketing-streams/tests/harness/input-events';
import type { PipelineAccess } from '@marketing-streams/tests/harness/pipeline-access';
import { waitUntil } from '@marketing-streams/tests/harness/wait-until';
import { followGold, type GoldFigures } from './gold-follower.ts';
import { type SendingReport, sendSteadily } from './steady-stream.ts';

/** One order's way to gold: when it was handed to the producer and when it was seen, monotonic milliseconds. */
export type Journey = { readonly sentAt: number; readonly seenAt: number };

/** Sends orders and times each until it is part of a gold record. */
export type OrderMeter = {
  /** Orders that have arrived, in the order of their arrival. */
  readonly journeys: readonly Journey[];
  /** See `sendSteadily`. */
  readonly sendSteadily: (rate: number, seconds: number) => Promise<SendingReport>;
  /** Resolves when every order has arrived. */
  readonly allSeen: (timeoutMilliseconds?: number) => Promise<void>;
  readonly close: () => Promise<void>;
};

/** An order on its way: its number among the customer's orders. */
type Waiting = { readonly number: number; readonly sentAt: number };

const CUSTOMERS = 1000;

/**
 * A meter over customers of its own. An order has arrived with the first record on `dom.customer.gold.v1` whose
 * `order_count` has reached the order's number, as a read_committed reader sees it.
 */
export const startOrderMeter = async (access: PipelineAccess, name: string): Promise<OrderMeter> => {
  const random = createRandom(CUSTOMERS);
  const customerIds = Array.from({ length: CUSTOMERS }, (_, index) => `${name}-${index}`);
  const sentTo = new Map<string, number>();
  const waiting = new Map<string, Waiting[]>();
  const journeys: Journey[] = [];

  await access.send(
    customerIds.map((customer_id) =>
      access.inputs.profile(
        profileUpsert({ customer_id, first_name: name, is_active: true, updated_at: Date.now() }),
      ),
    ),
  );
  await access.caughtUp(60_000);

  const follower = followGold(access.kafka, (customerId, value, seenAt) => {
    const queue = waiting.get(customerId);
    if (queue === undefined) return;
    const { order_count } = JSON.parse(value.toString('utf8')) as GoldFigures;
    while (queue.length > 0 && queue[0]!.number <= order_count) {
      journeys.push({ sentAt: queue.shift()!.sentAt, seenAt });
    }
    if (queue.length === 0) waiting.delete(customerId);
  });
  await follower.ready;

  const nextOrder = (): OutgoingRecord => {
    const customer_id = customerIds[integerBetween(random, 0, CUSTOMERS - 1)]!;
    const number = (sentTo.get(customer_id) ?? 0) + 1;
    sentTo.set(customer_id, number);
    const queue = waiting.get(customer_id) ?? [];
    queue.push({ number, sentAt: performance.now() });
    waiting.set(customer_id, queue);
    return access.inputs.order(
      orderPlaced({
        order_id: `${customer_id}-${number}`,
        customer_id,
        total_amount: integerBetween(random, 100, 50_000),
        placed_at: Date.now(),
      }),
    );
  };

  return {
    journeys,
    sendSteadily: (rate, seconds) =>
      sendSteadily(rate, seconds, (orders) => access.send(Array.from({ length: orders }, nextOrder))),
    allSeen: (timeoutMilliseconds) =>
      waitUntil(
        'every order is gold',
        async () => (waiting.size === 0 ? null : `${waiting.size} customers wait for one`),
        timeoutMilliseconds,
      ),
    close: follower.stop,
  };
};
