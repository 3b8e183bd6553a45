import type { ActivationEvent } from './activation.ts';
import { CHANNELS, DELIVERY_STATUSES } from './engagement.ts';
import {
  checkId,
  checkOneOf,
  checkText,
  checkTime,
  collectProblems,
  type ValidationProblem,
} from './validation.ts';

/**
 * The problems of a delivery's values. `reference`, the time of the record in epoch milliseconds, stands for
 * now, so that the same record gets the same verdict when it is folded again.
 */
export const validateActivation = (
  delivery: ActivationEvent,
  reference: number,
): readonly ValidationProblem[] => {
  const collector = collectProblems();
  checkId(collector, 'activation_id', delivery.activation_id);
  checkId(collector, 'customer_id', delivery.customer_id);
  if (delivery.campaign_id !== null) checkId(collector, 'campaign_id', delivery.campaign_id);
  checkOneOf(collector, 'channel', delivery.channel, CHANNELS);
  checkOneOf(collector, 'status', delivery.status, DELIVERY_STATUSES);
  checkText(collector, 'failure_reason', delivery.failure_reason);
  checkTime(collector, 'occurred_at', delivery.occurred_at, reference);
  return collector.problems();
};
