import type { Reconciliation } from '@marketing-streams/contracts/generated/reconciliation';
import type { JsonCodec } from '@marketing-streams/contracts/json-codec';
import { partitionOf } from '@marketing-streams/contracts/partitioner';
import {
  type CustomerSide,
  differencesOf,
  saySame,
} from '@marketing-streams/domain/reconciliation/differences';
import { causeOf } from '@marketing-streams/domain/reconciliation/explanations';
import { digestOf } from '@marketing-streams/domain/standing';
import type { StateView } from '@marketing-streams/stream/state/state-view';
import type { Output } from '@marketing-streams/stream/step';
import {
  type ComparedCustomer,
  comparedCustomer,
  explanationsOf,
  forgetTold,
  keepCustomer,
  markTold,
  recount,
  stopWaiting,
  wait,
} from './state.ts';

/** Where differences are published. */
export const RECONCILIATION_TOPIC = 'ops.reconciliation.v1';

/** What publishing takes. */
export type Publishing = { readonly codec: JsonCodec<Reconciliation>; readonly partitions: number };

const NOTHING: readonly Output[] = [];

const output = (
  { codec, partitions }: Publishing,
  customerId: string,
  row: Reconciliation | null,
): readonly Output[] => [
  {
    topic: RECONCILIATION_TOPIC,
    key: customerId,
    partition: partitionOf(customerId, partitions),
    latestOnly: true,
    value: () => (row === null ? null : codec.encode(row)),
  },
];

/** Takes back the difference of a customer whose sides turn out to agree. */
const takeBack = (
  publishing: Publishing,
  state: StateView,
  customerId: string,
  { told, ...customer }: ComparedCustomer,
): readonly Output[] => {
  stopWaiting(state, customerId);
  keepCustomer(state, customerId, { ...customer, since: 0, told: null });
  if (told === null) return NOTHING;
  recount(state, told.cause, null);
  forgetTold(state, customerId);
  return output(publishing, customerId, null);
};

/**
 * Takes up what one side says of a customer now (null: it knows none). Sides that agree again have their difference
 * taken back; sides that differ are put in line to be looked at when they have had time to settle.
 */
export const compareSide = (
  publishing: Publishing,
  state: StateView,
  customerId: string,
  change: { readonly gold: CustomerSide | null } | { readonly live: CustomerSide | null },
  now: number,
): readonly Output[] => {
  const before = comparedCustomer(state, customerId);
  const after: ComparedCustomer = { ...before, ...change };
  if (saySame(before.gold, after.gold) && saySame(before.live, after.live)) return NOTHING;
  if (!saySame(after.gold, after.live)) {
    keepCustomer(state, customerId, {
      ...after,
      since: before.since > 0 ? before.since : now,
      touched: now,
    });
    wait(state, customerId);
    return NOTHING;
  }
  return takeBack(publishing, state, customerId, { ...after, touched: now });
};

/** Keeps a customer while a lost state is filled: who differs, or stands published, is looked at by the timer. */
const keepLoaded = (
  state: StateView,
  customerId: string,
  customer: ComparedCustomer,
  since: number,
): void => {
  const isQuiet = customer.told === null && saySame(customer.gold, customer.live);
  keepCustomer(state, customerId, { ...customer, since: isQuiet ? 0 : since });
  if (isQuiet) stopWaiting(state, customerId);
  else wait(state, customerId);
};

/** Takes up what one side is known to say while a lost state is filled. `time` is when it said so. */
export const loadSide = (
  state: StateView,
  customerId: string,
  change: Pick<ComparedCustomer, 'gold'> | Pick<ComparedCustomer, 'live'>,
  time: number,
): void => {
  const before = comparedCustomer(state, customerId);
  const touched = Math.max(before.touched, time);
  keepLoaded(state, customerId, { ...before, ...change, touched }, before.since > 0 ? before.since : time);
};

/** Takes up what was published while a lost state is filled; null: it was taken back. */
export const loadTold = (state: StateView, customerId: string, row: Reconciliation | null): void => {
  const before = comparedCustomer(state, customerId);
  recount(state, before.told?.cause ?? null, row?.cause ?? null);
  // Whatever is found now is another content, and told again.
  const told = row === null ? null : { cause: row.cause, content: '' };
  keepLoaded(state, customerId, { ...before, told }, row?.since ?? 0);
};

/**
 * Publishes how the sides of a customer differ, unless that has been said. `isSettled`: both have taken all of the
 * customer's records, so that the difference stays, and has a cause.
 */
export const tellDifference = (
  publishing: Publishing,
  state: StateView,
  customerId: string,
  isSettled: boolean,
): readonly Output[] => {
  const customer = comparedCustomer(state, customerId);
  if (saySame(customer.live, customer.gold)) return takeBack(publishing, state, customerId, customer);
  const differences = differencesOf(customerId, customer.live, customer.gold);
  const { cause, records } = isSettled
    ? causeOf(differences, explanationsOf(state, customerId))
    : ({ cause: 'under-way', records: [] } as const);
  const told = {
    customer_id: customerId,
    differences,
    cause,
    records: records.map(({ topic, partition, offset, detail }) => ({ topic, partition, offset, detail })),
    since: customer.since,
  };
  const content = digestOf([JSON.stringify([differences, told.records])]);
  if (isSettled) stopWaiting(state, customerId);
  if (customer.told?.cause === cause && customer.told.content === content) return NOTHING;
  keepCustomer(state, customerId, { ...customer, told: { cause, content } });
  recount(state, customer.told?.cause ?? null, cause);
  markTold(state, customerId, records);
  return output(publishing, customerId, told);
};
