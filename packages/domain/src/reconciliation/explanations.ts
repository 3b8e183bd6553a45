import type { ComparedField, Difference } from './differences.ts';
import { WHOLE_CUSTOMER } from './differences.ts';

/** What can have become of an input record that the two sides take differently. */
export type ExplanationKind = 'rejected' | 'misplaced' | 'overtaken';

/** Why live aggregation and gold differ; `unknown`: no record that is known explains it. */
export type Cause = ExplanationKind | 'unknown';

/** The three kinds of input record. */
export type InputKind = 'profile' | 'order' | 'delivery';

/** An input record that the two sides may have taken differently. */
export type Explanation = {
  readonly kind: ExplanationKind;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** What became of it, in words. */
  readonly detail: string;
  /** The fields it had a say in. */
  readonly fields: readonly ComparedField[];
};

/** More of one customer are not kept: the newest explain best, and a stream of bad records must not grow the state. */
export const EXPLANATIONS_KEPT = 20;

/** What a record of a kind has a say in; a profile patch only in the fields it sets. */
export const FIELDS_OF: Readonly<Record<InputKind, readonly ComparedField[]>> = {
  profile: ['email', 'first_name', 'last_name', 'phone', 'is_active'],
  order: ['order_count', 'lifetime_value', 'lifecycle_stage', 'is_active'],
  delivery: ['delivered', 'failed', 'engagement_rate', 'lifecycle_stage'],
};

/** The most telling first: a refused record is missing on one side for good. */
const BY_WEIGHT: readonly ExplanationKind[] = ['rejected', 'misplaced', 'overtaken'];

const isSameRecord = (a: Explanation, b: Explanation): boolean =>
  a.topic === b.topic && a.partition === b.partition && a.offset === b.offset;

/** The list with one more at its end, the oldest left out beyond `EXPLANATIONS_KEPT`; the same list for a repeat. */
export const withExplanation = <Kept extends Explanation>(
  known: readonly Kept[],
  added: Kept,
): readonly Kept[] =>
  known.some((one) => one.kind === added.kind && isSameRecord(one, added))
    ? known
    : [...known, added].slice(-EXPLANATIONS_KEPT);

const concerns = (explanation: Explanation, { field }: Difference): boolean =>
  field === WHOLE_CUSTOMER || explanation.fields.includes(field);

/** Of several things that happened to one record the most telling. */
const onePerRecord = <Kept extends Explanation>(all: readonly Kept[]): readonly Kept[] =>
  all.filter((one) =>
    all.every(
      (other) => !isSameRecord(one, other) || BY_WEIGHT.indexOf(other.kind) >= BY_WEIGHT.indexOf(one.kind),
    ),
  );

/**
 * The cause of differences that stay, and the records that explain it. One cause speaks for all: the most telling
 * of those that had a say, but `unknown` as soon as one field differs that no record explains.
 */
export const causeOf = <Kept extends Explanation>(
  differences: readonly Difference[],
  known: readonly Kept[],
): { readonly cause: Cause; readonly records: readonly Kept[] } => {
  const records = known.filter((one) => differences.some((difference) => concerns(one, difference)));
  const isCovered = differences.every((difference) => records.some((one) => concerns(one, difference)));
  const first = BY_WEIGHT.find((kind) => records.some((one) => one.kind === kind));
  return { cause: isCovered && first !== undefined ? first : 'unknown', records: onePerRecord(records) };
};
