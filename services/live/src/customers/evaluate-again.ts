import { partitionOf } from '@marketing-streams/contracts/partitioner';
import type { Timer } from '@marketing-streams/stream/processor';
import type { StateView } from '@marketing-streams/stream/state/state-view';
import type { Output } from '@marketing-streams/stream/step';
import { storedCustomers } from './customer-state.ts';
import type { CustomerPublisher } from './publish-customer.ts';

/** By which rules the task's customers were evaluated. */
type Evaluation = {
  readonly rules: string;
  /** The last customer who was; null when all were. */
  readonly upTo: string | null;
};

const EVALUATION = 'r';

/** Notes by which rules the first customer is evaluated. */
export const noteRules = (state: StateView, rules: string): void => {
  if (state.get<Evaluation>(EVALUATION) === undefined)
    state.put<Evaluation>(EVALUATION, { rules, upTo: null });
};

/** Customers evaluated again in one transaction: some tenths of a second, a megabyte or two of records. */
const PORTION = 20_000;
const EVERY_MILLISECONDS = 10_000;

/**
 * After a change of the segments' rules every customer is evaluated again, in portions, and published whatever the
 * former rules came to. The state holds nothing that follows from the rules, so it stays as it is; and a
 * transaction under the former rules may be folded again under the new ones. The change is only noted at first, so
 * that a transaction whose timer has published is never folded by other rules than it published by.
 */
export const evaluateAgain = (
  publisher: CustomerPublisher,
  partitions: number,
  portion: number = PORTION,
): Timer => {
  const { rules } = publisher;
  return {
    name: 'evaluate-again',
    clock: 'wall-clock',
    everyMilliseconds: EVERY_MILLISECONDS,
    run: ({ state }) => {
      const evaluation = state.get<Evaluation>(EVALUATION);
      if (evaluation === undefined) return [];
      if (evaluation.rules !== rules) {
        state.put<Evaluation>(EVALUATION, { rules, upTo: '' });
        return [];
      }
      if (evaluation.upTo === null) return [];
      const outputs: Output[] = [];
      let seen = 0;
      let upTo: string | null = null;
      for (const [customerId, stored] of storedCustomers(state, evaluation.upTo)) {
        if (stored.known)
          outputs.push(publisher.segments(customerId, stored, partitionOf(customerId, partitions)));
        if (++seen < portion) continue;
        upTo = customerId;
        break;
      }
      state.put<Evaluation>(EVALUATION, { rules, upTo });
      return outputs;
    },
  };
};
