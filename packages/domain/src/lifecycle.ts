import { formatMoney } from './money.ts';
import { compileMeasures } from './rules/compile-condition.ts';
import type { MeasuredFacts } from './rules/condition.ts';
import {
  ENGAGED_ABOVE_PERCENT,
  EVANGELIST_FROM_PERCENT,
  HIGH_VALUE_ABOVE,
  LIFECYCLE_RULES,
  STAGE_OTHERWISE,
} from './rules/lifecycle-rules.ts';
import { LIFECYCLE_STAGES, type LifecycleStage } from './rules/lifecycle-stages.ts';

export { LIFECYCLE_STAGES, type LifecycleStage };

/** Changes whenever the same facts could lead to another stage, activity or reason. */
export const LIFECYCLE_RULE_VERSION = 'lifecycle-1';

/** What a stage follows from. */
export type LifecycleFacts = MeasuredFacts;

/** A stage, and one sentence that says why. */
export type Lifecycle = { readonly stage: LifecycleStage; readonly reason: string };

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** Up to two decimals and never rounded up to a threshold that was not reached. */
const percent = (part: number, whole: number): string => `${Math.floor((part * 10_000) / whole) / 100}%`;

const deliveredShare = ({ delivered, failed }: LifecycleFacts): string =>
  delivered + failed === 0
    ? 'no message sent'
    : `${percent(delivered, delivered + failed)} of ${counted(delivered + failed, 'message')} delivered`;

const compiledRules = LIFECYCLE_RULES.map(({ stage, rule }) => ({ stage, matches: compileMeasures(rule) }));

/**
 * The stage of a customer; the first of `LIFECYCLE_RULES` that matches wins. Shares are compared in whole numbers,
 * so that exactly 70% is 70%; with no message sent the share is 0.
 */
export const stageOf = (facts: LifecycleFacts): LifecycleStage => {
  for (const { stage, matches } of compiledRules) if (matches(facts)) return stage;
  return STAGE_OTHERWISE;
};

const value = ({ lifetime_value }: LifecycleFacts): string =>
  `${formatMoney(lifetime_value)} lifetime value (more than ${formatMoney(HIGH_VALUE_ABOVE)} needed)`;
const orders = ({ order_count }: LifecycleFacts): string => counted(order_count, 'order');

const REASONS: Readonly<Record<LifecycleStage, (facts: LifecycleFacts) => string>> = {
  evangelist: (facts) =>
    `${value(facts)} and ${deliveredShare(facts)} (at least ${EVANGELIST_FROM_PERCENT}% needed)`,
  'high-value': (facts) =>
    `${value(facts)}; ${deliveredShare(facts)} (an evangelist needs at least ${EVANGELIST_FROM_PERCENT}%)`,
  engaged: (facts) =>
    `${orders(facts)} and ${deliveredShare(facts)} (more than ${ENGAGED_ABOVE_PERCENT}% needed)`,
  customer: (facts) =>
    `${orders(facts)}; ${deliveredShare(facts)} (engaged needs more than ${ENGAGED_ABOVE_PERCENT}%)`,
  prospect: () => 'No order that stands yet',
};

/** The stage of a customer, and why. */
export const lifecycleOf = (facts: LifecycleFacts): Lifecycle => {
  const stage = stageOf(facts);
  return { stage, reason: REASONS[stage](facts) };
};
