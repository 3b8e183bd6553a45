import {
  type Comparison,
  type Condition,
  foldCondition,
  type MeasuredFacts,
  type MeasureTest,
  type StandingTest,
} from './condition.ts';
import type { LifecycleStage } from './lifecycle-stages.ts';

/** What every rule about a customer is asked of. */
export type SegmentFacts = MeasuredFacts & {
  readonly lifecycle_stage: LifecycleStage;
  readonly is_active: boolean;
};

type Predicate<Facts> = (facts: Facts) => boolean;

const COMPARE: Readonly<Record<Comparison, (left: number, right: number) => boolean>> = {
  above: (left, right) => left > right,
  at_least: (left, right) => left >= right,
  exactly: (left, right) => left === right,
  at_most: (left, right) => left <= right,
  below: (left, right) => left < right,
};

/**
 * True when a rate of 0 (no message) fares otherwise than 0 compared with 0, which is what comparing
 * `delivered * 100` with `percent * messages` does then. Shared with the SQL, which has the same choice.
 */
export const zeroRateDiffers = (comparison: Comparison, percent: number): boolean =>
  COMPARE[comparison](0, percent) !== COMPARE[comparison](0, 0);

const rateTest = (comparison: Comparison, percent: number): Predicate<MeasuredFacts> => {
  const compare = COMPARE[comparison];
  const withoutMessages = compare(0, percent);
  // In whole numbers, so that exactly 70% is 70%.
  return ({ delivered, failed }) =>
    delivered + failed === 0 ? withoutMessages : compare(delivered * 100, percent * (delivered + failed));
};

const measureTest = ({ measure, comparison, value }: MeasureTest): Predicate<MeasuredFacts> => {
  if (measure === 'engagement_rate') return rateTest(comparison, value);
  const compare = COMPARE[comparison];
  if (measure === 'messages') return (facts) => compare(facts.delivered + facts.failed, value);
  return (facts) => compare(facts[measure], value);
};

const standingTest = (test: StandingTest): Predicate<SegmentFacts> => {
  if ('is_active' in test) return (facts) => facts.is_active === test.is_active;
  const stages = new Set(test.lifecycle_stage);
  return (facts) => stages.has(facts.lifecycle_stage);
};

const join = <Facts>(first: Predicate<Facts>[], decided: boolean): Predicate<Facts> => {
  const [one, other, ...more] = first;
  if (one === undefined) return () => !decided;
  if (other === undefined) return one;
  const rest = join([other, ...more], decided);
  return decided ? (facts) => one(facts) || rest(facts) : (facts) => one(facts) && rest(facts);
};

const compile = <Test extends object, Facts>(
  condition: Condition<Test>,
  test: (test: Test) => Predicate<Facts>,
): Predicate<Facts> =>
  foldCondition<Test, Predicate<Facts>>(condition, {
    test,
    all: (parts) => join([...parts], false),
    any: (parts) => join([...parts], true),
    not: (part) => (facts) => !part(facts),
  });

/** A rule about measures as a predicate. `all` of nothing is true, `any` of nothing false. */
export const compileMeasures = (condition: Condition<MeasureTest>): Predicate<MeasuredFacts> =>
  compile(condition, measureTest);

/** Any rule about a customer as a predicate. */
export const compileCondition = (condition: Condition): Predicate<SegmentFacts> =>
  compile(condition, (test) => ('measure' in test ? measureTest(test) : standingTest(test)));
