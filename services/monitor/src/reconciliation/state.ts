import { type AvroSchema, createCompactCodec, usually } from '@marketing-streams/contracts/compact-codec';
import type { DifferenceCause } from '@marketing-streams/contracts/generated/difference-cause';
import { type RowKeyParts, rowStateKey } from '@marketing-streams/contracts/row-key';
import { type Arrivals, NO_ARRIVALS } from '@marketing-streams/domain/reconciliation/arrivals';
import type { CustomerSide } from '@marketing-streams/domain/reconciliation/differences';
import { type Explanation, withExplanation } from '@marketing-streams/domain/reconciliation/explanations';
import { LIFECYCLE_STAGES } from '@marketing-streams/domain/rules/lifecycle-stages';
import type { StateCodecs } from '@marketing-streams/stream/state/state-codec';
import type { StateView } from '@marketing-streams/stream/state/state-view';

/** What was published last of a customer whose two sides differ. */
type Told = {
  readonly cause: DifferenceCause;
  /** The differences and records as JSON text: what says the same is not said again. */
  readonly content: string;
};

/** Both sides of a customer, and what is going on between them. */
export type ComparedCustomer = {
  readonly gold: CustomerSide | null;
  readonly live: CustomerSide | null;
  /** When they were first seen to differ, wall clock; 0 while they agree. */
  readonly since: number;
  /** When one of them last changed, wall clock. */
  readonly touched: number;
  readonly told: Told | null;
};

/** `told`: it was named in a published record, and is forgotten once the sides agree. */
export type KeptExplanation = Explanation & { readonly told: boolean };

const CUSTOMERS = 'c';
const ARRIVALS = 'a';
/** The newest time of every order and every delivery. */
const ROWS = { 'dom.order.placed.v1': 'o', 'dom.activation.delivery.status.v1': 'd' } as const;
const EXPLANATIONS = 'e';
/** Customers whose differences have to be looked at again. */
const WAITING = 'w';
/** Open differences by cause. */
const COUNTS = 'n';
/** Present once the live aggregation has said anything. */
const LIVE_SEEN = 'l';

const UNKNOWN: ComparedCustomer = { gold: null, live: null, since: 0, touched: 0, told: null };

const orNull = (type: AvroSchema): AvroSchema => ['null', type];
const side = (name: string): AvroSchema => ({
  type: 'record',
  name,
  fields: [
    ...['email', 'first_name', 'last_name', 'phone'].map((field) => ({
      name: field,
      type: orNull('string'),
    })),
    { name: 'is_active', type: orNull('boolean') },
    { name: 'lifecycle_stage', type: usually(LIFECYCLE_STAGES) },
    { name: 'order_count', type: 'long' },
    { name: 'lifetime_value', type: 'long' },
    { name: 'delivered', type: 'long' },
    { name: 'failed', type: 'long' },
    { name: 'engagement_rate', type: 'double' },
  ],
});

const customers = createCompactCodec<ComparedCustomer>({
  type: 'record',
  name: 'Compared',
  fields: [
    { name: 'gold', type: orNull(side('Gold')) },
    { name: 'live', type: orNull(side('Live')) },
    { name: 'since', type: 'long' },
    { name: 'touched', type: 'long' },
    {
      name: 'told',
      type: orNull({
        type: 'record',
        name: 'Told',
        fields: [
          { name: 'cause', type: 'string' },
          { name: 'content', type: 'string' },
        ],
      }),
    },
  ],
});

const arrivals = createCompactCodec<Arrivals>({
  type: 'record',
  name: 'Arrivals',
  fields: [
    { name: 'newest', type: { type: 'map', values: 'long' } },
    {
      name: 'reached',
      type: {
        type: 'array',
        items: {
          type: 'record',
          name: 'Place',
          fields: [
            { name: 'topic', type: 'string' },
            { name: 'partition', type: 'int' },
            { name: 'offset', type: 'long' },
          ],
        },
      },
    },
  ],
});

const times = createCompactCodec<number>('long');

/** How the state is written; the rest is JSON. */
export const RECONCILIATION_STATE: StateCodecs = {
  [CUSTOMERS]: customers,
  [ARRIVALS]: arrivals,
  [ROWS['dom.order.placed.v1']]: times,
  [ROWS['dom.activation.delivery.status.v1']]: times,
};

/** Both sides of a customer; a customer of whom nothing is known has none. */
export const comparedCustomer = (state: StateView, customerId: string): ComparedCustomer =>
  state.get<ComparedCustomer>(CUSTOMERS + customerId) ?? UNKNOWN;

/** Keeps a customer, or forgets one whom neither side knows and of whom nothing is told. */
export const keepCustomer = (state: StateView, customerId: string, customer: ComparedCustomer): void => {
  const isGone = customer.gold === null && customer.live === null && customer.told === null;
  if (!isGone) state.put(CUSTOMERS + customerId, customer);
  else if (state.get(CUSTOMERS + customerId) !== undefined) state.remove(CUSTOMERS + customerId);
};

/** How new a customer's input records were, and how far they reach. */
export const arrivalsOf = (state: StateView, customerId: string): Arrivals =>
  state.get<Arrivals>(ARRIVALS + customerId) ?? NO_ARRIVALS;

export const keepArrivals = (state: StateView, customerId: string, kept: Arrivals): void =>
  state.put(ARRIVALS + customerId, kept);

/** Keeps the time of an order's or a delivery's record; true when a newer one of the same came before it. */
export const isRowOvertaken = (state: StateView, topic: string, row: RowKeyParts, time: number): boolean => {
  const key = rowStateKey(ROWS[topic as keyof typeof ROWS], row);
  const newest = state.get<number>(key);
  if (newest === undefined || time > newest) state.put(key, time);
  return newest !== undefined && time < newest;
};

/** The records known to be taken differently by the two sides, oldest first. */
export const explanationsOf = (state: StateView, customerId: string): readonly KeptExplanation[] =>
  state.get<readonly KeptExplanation[]>(EXPLANATIONS + customerId) ?? [];

/** Adds a record to them; a customer whose sides differ is looked at again. */
export const explain = (state: StateView, customerId: string, explanation: Explanation): void => {
  const before = explanationsOf(state, customerId);
  const after = withExplanation(before, { ...explanation, told: false });
  if (after === before) return;
  state.put(EXPLANATIONS + customerId, after);
  if (comparedCustomer(state, customerId).since > 0) wait(state, customerId);
};

/** Marks the records that a published record named. */
export const markTold = (state: StateView, customerId: string, named: readonly KeptExplanation[]): void => {
  if (named.every(({ told }) => told)) return;
  const marked = explanationsOf(state, customerId).map((one) =>
    named.some(
      ({ topic, partition, offset }) =>
        one.topic === topic && one.partition === partition && one.offset === offset,
    )
      ? { ...one, told: true }
      : one,
  );
  state.put(EXPLANATIONS + customerId, marked);
};

/** Forgets the records that were named: the difference they made is over. */
export const forgetTold = (state: StateView, customerId: string): void => {
  const before = explanationsOf(state, customerId);
  const after = before.filter(({ told }) => !told);
  if (after.length === before.length) return;
  if (after.length === 0) state.remove(EXPLANATIONS + customerId);
  else state.put(EXPLANATIONS + customerId, after);
};

export const wait = (state: StateView, customerId: string): void => state.put(WAITING + customerId, 1);

export const stopWaiting = (state: StateView, customerId: string): void => {
  if (state.get(WAITING + customerId) !== undefined) state.remove(WAITING + customerId);
};

/** The customers to be looked at, by id. */
export function* waitingCustomers(state: StateView): Iterable<string> {
  for (const [key] of state.range<number>(WAITING)) yield key.slice(WAITING.length);
}

/** How many differences stand published, by cause. */
export const openDifferences = (state: StateView): Readonly<Record<string, number>> =>
  state.get<Readonly<Record<string, number>>>(COUNTS) ?? {};

/** Moves one difference from a cause to another; null: none. */
export const recount = (state: StateView, from: string | null, to: string | null): void => {
  if (from === to) return;
  const counts: Record<string, number> = { ...openDifferences(state) };
  if (from !== null) counts[from] = (counts[from] ?? 0) - 1;
  if (to !== null) counts[to] = (counts[to] ?? 0) + 1;
  state.put(COUNTS, counts);
};

/** Whether there is a live aggregation at all. */
export const hasSeenLive = (state: StateView): boolean => state.get(LIVE_SEEN) !== undefined;

export const noteLive = (state: StateView): void => {
  if (!hasSeenLive(state)) state.put(LIVE_SEEN, 1);
};
