import type { Cents } from '../money.ts';
import type { Condition, MeasureTest } from './condition.ts';
import type { LifecycleStage } from './lifecycle-stages.ts';

/** A lifetime value above this makes a customer high-value. */
export const HIGH_VALUE_ABOVE: Cents = 500_000;
/** From this share of delivered messages on, a high-value customer is an evangelist, in percent. */
export const EVANGELIST_FROM_PERCENT = 70;
/** Above this share of delivered messages a customer with an order is engaged, in percent. */
export const ENGAGED_ABOVE_PERCENT = 50;

/** A stage, and when a customer is in it, unless an earlier rule matched. */
export type LifecycleRule = { readonly stage: LifecycleStage; readonly rule: Condition<MeasureTest> };

const valuable: MeasureTest = { measure: 'lifetime_value', comparison: 'above', value: HIGH_VALUE_ABOVE };
const ordered: MeasureTest = { measure: 'order_count', comparison: 'at_least', value: 1 };

/** The rules of the lifecycle; the first one that matches wins. */
export const LIFECYCLE_RULES: readonly LifecycleRule[] = [
  {
    stage: 'evangelist',
    rule: {
      all: [valuable, { measure: 'engagement_rate', comparison: 'at_least', value: EVANGELIST_FROM_PERCENT }],
    },
  },
  { stage: 'high-value', rule: valuable },
  {
    stage: 'engaged',
    rule: {
      all: [ordered, { measure: 'engagement_rate', comparison: 'above', value: ENGAGED_ABOVE_PERCENT }],
    },
  },
  { stage: 'customer', rule: ordered },
];

/** The stage of a customer whom no rule matches. */
export const STAGE_OTHERWISE: LifecycleStage = 'prospect';
