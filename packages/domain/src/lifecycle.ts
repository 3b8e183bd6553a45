import { type Cents, formatMoney } from './money.ts';

/** The stages of a customer, from the most valuable to the newest. */
export const LIFECYCLE_STAGES = ['evangelist', 'high-value', 'engaged', 'customer', 'prospect'] as const;
export type LifecycleStage = (typeof LIFECYCLE_STAGES)[number];

/** Changes whenever the same facts could lead to another stage, activity or reason. */
export const LIFECYCLE_RULE_VERSION = 'lifecycle-1';

/** A lifetime value above this makes a customer high-value. */
export const HIGH_VALUE_ABOVE: Cents = 500_000;
/** From this share of delivered messages on, a high-value customer is an evangelist, in percent. */
export const EVANGELIST_FROM_PERCENT = 70;
/** Above this share of delivered messages a customer with an order is engaged, in percent. */
export const ENGAGED_ABOVE_PERCENT = 50;

/** What a stage follows from. */
export type LifecycleFacts = {
  /** Orders that stand (neither cancelled nor refunded). */
  readonly order_count: number;
  /** Sum of the orders that stand, in cents. */
  readonly lifetime_value: Cents;
  readonly delivered: number;
  readonly failed: number;
};

/** A stage, and one sentence that says why. */
export type Lifecycle = { readonly stage: LifecycleStage; readonly reason: string };

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** Up to two decimals and never rounded up to a threshold that was not reached. */
const percent = (part: number, whole: number): string => `${Math.floor((part * 10_000) / whole) / 100}%`;

const deliveredShare = ({ delivered, failed }: LifecycleFacts): string =>
  delivered + failed === 0
    ? 'no message sent'
    : `${percent(delivered, delivered + failed)} of ${counted(delivered + failed, 'message')} delivered`;

/**
 * The stage of a customer; the first rule that matches wins. Shares are compared in whole numbers, so that
 * exactly 70% is 70%; with no message sent the share is 0.
 */
export const stageOf = ({
  order_count,
  lifetime_value,
  delivered,
  failed,
}: LifecycleFacts): LifecycleStage => {
  const sent = delivered + failed;
  if (lifetime_value > HIGH_VALUE_ABOVE) {
    return sent > 0 && delivered * 100 >= EVANGELIST_FROM_PERCENT * sent ? 'evangelist' : 'high-value';
  }
  if (order_count === 0) return 'prospect';
  return delivered * 100 > ENGAGED_ABOVE_PERCENT * sent ? 'engaged' : 'customer';
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
