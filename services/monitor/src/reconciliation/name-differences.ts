import { areBefore } from '@marketing-streams/domain/reconciliation/arrivals';
import { saySame } from '@marketing-streams/domain/reconciliation/differences';
import type { TaskContext, Timer } from '@marketing-streams/stream/processor';
import type { StateView } from '@marketing-streams/stream/state/state-view';
import type { Output } from '@marketing-streams/stream/step';
import { type Publishing, tellDifference } from './compare.ts';
import type { Progress, Settled } from './progress.ts';
import {
  arrivalsOf,
  type ComparedCustomer,
  comparedCustomer,
  hasSeenLive,
  openDifferences,
  waitingCustomers,
} from './state.ts';

/** What naming differences needs besides the state. */
export type NamingOptions = {
  readonly publishing: Publishing;
  readonly progress: Pick<Progress, 'want' | 'latest'>;
  /** How long a difference may stand before anybody hears of it: both sides are never quite at the same place. */
  readonly settleMilliseconds: number;
  /** Told after each look: open differences by cause, and customers whose sides differ at the moment. */
  readonly onLook: (open: Readonly<Record<string, number>>, waiting: number) => void;
};

/** Customers looked at in one transaction, so that a side that is far behind does not hold the task up. */
const LOOKED_AT_ONCE = 20_000;

/**
 * A difference that has stood long enough is settled when both sides have gone past all of the customer's records, and
 * nothing has changed since for a while.
 */
const isSettled = (
  state: StateView,
  customerId: string,
  { touched }: ComparedCustomer,
  settled: Settled | null,
  { now, settleMilliseconds }: { readonly now: number; readonly settleMilliseconds: number },
): boolean =>
  settled !== null &&
  now - touched >= settleMilliseconds &&
  areBefore(arrivalsOf(state, customerId), settled.before);

/**
 * Looks at the customers whose sides differ: names what has settled, tells of what stands for longer than usual.
 *
 * What the other groups have read is asked of Kafka beside the stream. Only what was known before the transaction
 * began counts, so that a transaction that is folded again finds the same or leaves the customer waiting; it never
 * takes anything for published that was not.
 */
export const nameDifferences = (options: NamingOptions): Timer => {
  const { publishing, progress, settleMilliseconds, onLook } = options;
  const look = (
    state: StateView,
    customerId: string,
    now: number,
    settled: Settled | null,
  ): { readonly outputs: readonly Output[]; readonly isOld: boolean } => {
    const customer = comparedCustomer(state, customerId);
    const isOld = now - customer.since >= settleMilliseconds;
    // After a lost state: they agree, and a difference may stand published.
    if (saySame(customer.gold, customer.live))
      return { outputs: tellDifference(publishing, state, customerId, false), isOld: false };
    if (isOld && isSettled(state, customerId, customer, settled, { now, settleMilliseconds }))
      return { outputs: tellDifference(publishing, state, customerId, true), isOld: false };
    const isNews = isOld && customer.told === null;
    return { outputs: isNews ? tellDifference(publishing, state, customerId, false) : [], isOld };
  };
  return {
    name: 'name-differences',
    clock: 'wall-clock',
    everyMilliseconds: settleMilliseconds,
    run: ({ state, now }: TaskContext) => {
      const latest = progress.latest();
      const settled = latest !== null && latest.at <= now ? latest : null;
      const outputs: Output[] = [];
      const waiting: string[] = [];
      if (hasSeenLive(state)) {
        for (const customerId of waitingCustomers(state)) {
          waiting.push(customerId);
          if (waiting.length === LOOKED_AT_ONCE) break;
        }
      }
      let old = 0;
      for (const customerId of waiting) {
        const looked = look(state, customerId, now, settled);
        outputs.push(...looked.outputs);
        if (looked.isOld) old += 1;
      }
      progress.want(old > 0);
      onLook(openDifferences(state), waiting.length);
      return outputs;
    },
  };
};
