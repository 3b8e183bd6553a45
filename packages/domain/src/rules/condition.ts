import type { Cents } from '../money.ts';
import type { LifecycleStage } from './lifecycle-stages.ts';

/** Measures that are whole numbers of things. `messages` are those delivered and those that failed. */
export const COUNTS = ['order_count', 'delivered', 'failed', 'messages'] as const;
export type Count = (typeof COUNTS)[number];

/** How a measure is compared with a number. */
export const COMPARISONS = ['above', 'at_least', 'exactly', 'at_most', 'below'] as const;
export type Comparison = (typeof COMPARISONS)[number];

/**
 * A measure compared with a number: a count, a lifetime value in cents, or an engagement rate in whole percent
 * (0…100). The rate of a customer without messages is 0.
 */
export type MeasureTest = {
  readonly measure: Count | 'lifetime_value' | 'engagement_rate';
  readonly comparison: Comparison;
  /** A whole number of at least 0, in the measure's unit. */
  readonly value: number;
};

/** What a segment's rule can ask beyond measures, all of which follow from them or from the profile. */
export type StandingTest =
  | { readonly lifecycle_stage: readonly LifecycleStage[] }
  | { readonly is_active: boolean };

/** Every single question a rule can ask. */
export type CustomerTest = MeasureTest | StandingTest;

/**
 * A business rule as plain data: one test, or tests joined. It is compiled to TypeScript (`compile-condition`),
 * to ksqlDB SQL (`condition-sql`) and to words (`condition-words`), which therefore mean the same. It has no
 * clock: what it says of a customer changes only when the customer does.
 */
export type Condition<Test = CustomerTest> =
  | Test
  | { readonly all: readonly Condition<Test>[] }
  | { readonly any: readonly Condition<Test>[] }
  | { readonly not: Condition<Test> };

/** What tests of measures are asked of. */
export type MeasuredFacts = {
  /** Orders that stand (neither cancelled nor refunded). */
  readonly order_count: number;
  /** Sum of the orders that stand, in cents. */
  readonly lifetime_value: Cents;
  readonly delivered: number;
  readonly failed: number;
};

/** How each kind of condition is turned into a `Result`; see `foldCondition`. */
export type ConditionFold<Test, Result> = {
  readonly test: (test: Test) => Result;
  readonly all: (parts: readonly Result[]) => Result;
  readonly any: (parts: readonly Result[]) => Result;
  readonly not: (part: Result) => Result;
};

/** A condition turned into something else from its tests upwards. */
export const foldCondition = <Test extends object, Result>(
  condition: Condition<Test>,
  fold: ConditionFold<Test, Result>,
): Result => {
  if ('all' in condition) return fold.all(condition.all.map((part) => foldCondition(part, fold)));
  if ('any' in condition) return fold.any(condition.any.map((part) => foldCondition(part, fold)));
  if ('not' in condition) return fold.not(foldCondition(condition.not, fold));
  return fold.test(condition);
};
