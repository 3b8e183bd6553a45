import { formatMoney } from '../money.ts';
import type { Comparison, Condition, CustomerTest, MeasureTest } from './condition.ts';

const NOUNS = {
  order_count: ['order', 'orders'],
  delivered: ['message delivered', 'messages delivered'],
  failed: ['message failed', 'messages failed'],
  messages: ['message', 'messages'],
} as const;

/** Comparisons, and what `exactly` says negated. */
type Said = Comparison | 'other_than';

const COUNTED: Readonly<Record<Said, (value: number) => string>> = {
  above: (value) => `more than ${value}`,
  at_least: (value) => `${value} or more`,
  exactly: (value) => (value === 0 ? 'no' : `exactly ${value}`),
  other_than: (value) => (value === 0 ? '1 or more' : `not exactly ${value}`),
  at_most: (value) => `at most ${value}`,
  below: (value) => `fewer than ${value}`,
};

const AMOUNT: Readonly<Record<Said, string>> = {
  above: 'more than',
  at_least: 'at least',
  exactly: 'exactly',
  other_than: 'other than',
  at_most: 'at most',
  below: 'less than',
};

const OPPOSITE: Readonly<Record<Comparison, Said>> = {
  above: 'at_most',
  at_least: 'below',
  exactly: 'other_than',
  at_most: 'above',
  below: 'at_least',
};

const measureWords = ({ measure, value }: MeasureTest, said: Said): string => {
  if (measure === 'lifetime_value') return `a lifetime value of ${AMOUNT[said]} ${formatMoney(value)}`;
  if (measure === 'engagement_rate') return `${AMOUNT[said]} ${value}% of messages delivered`;
  const several = said === 'at_least' || value > 1;
  const none = value === 0 && said !== 'exactly';
  return `${COUNTED[said](value)} ${NOUNS[measure][several || none ? 1 : 0]}`;
};

const testWords = (test: CustomerTest, negated: boolean): string => {
  if ('measure' in test) {
    return measureWords(test, negated ? OPPOSITE[test.comparison] : test.comparison);
  }
  if ('is_active' in test) return test.is_active !== negated ? 'active' : 'not active';
  return `${negated ? 'not in stage' : 'in stage'} ${test.lifecycle_stage.join(' or ')}`;
};

/** Parts joined by a word; those of several parts themselves stand in brackets, so that nothing can be misread. */
const joined = (
  parts: readonly Condition[],
  every: boolean,
  negated: boolean,
): { readonly text: string; readonly single: boolean } => {
  if (parts.length === 0) return { text: every ? 'everybody' : 'nobody', single: true };
  const phrases = parts.map((part) => phrase(part, negated));
  if (phrases.length === 1) return phrases[0]!;
  const texts = phrases.map(({ text, single }) => (single ? text : `(${text})`));
  const word = every ? 'and' : 'or';
  return { text: `${texts.slice(0, -1).join(', ')} ${word} ${texts.at(-1)}`, single: false };
};

const phrase = (
  condition: Condition,
  negated: boolean,
): { readonly text: string; readonly single: boolean } => {
  // What is not true of all is untrue of any, and the other way round.
  if ('all' in condition) return joined(condition.all, !negated, negated);
  if ('any' in condition) return joined(condition.any, negated, negated);
  if ('not' in condition) return phrase(condition.not, !negated);
  return { text: testWords(condition, negated), single: true };
};

/** A rule as people read it, e.g. `3 or more messages and less than 30% of messages delivered`. */
export const conditionInWords = (condition: Condition): string => phrase(condition, false).text;
