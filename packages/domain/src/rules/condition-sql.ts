import { zeroRateDiffers } from './compile-condition.ts';
import {
  type Comparison,
  type Condition,
  type CustomerTest,
  foldCondition,
  type MeasureTest,
} from './condition.ts';
import { LIFECYCLE_RULES, STAGE_OTHERWISE } from './lifecycle-rules.ts';
import { byName, type SegmentDefinition } from './segments.ts';

const OPERATORS: Readonly<Record<Comparison, string>> = {
  above: '>',
  at_least: '>=',
  exactly: '=',
  at_most: '<=',
  below: '<',
};

const MESSAGES = '(`delivered` + `failed`)';

/** Whole cents as a decimal literal with two places, so that it is compared with a DECIMAL(18, 2) exactly. */
const decimal = (cents: number): string =>
  `${Math.trunc(cents / 100)}.${String(cents % 100).padStart(2, '0')}`;

const rateSql = (comparison: Comparison, percent: number): string => {
  const compared = `\`delivered\` * 100 ${OPERATORS[comparison]} ${percent} * ${MESSAGES}`;
  if (!zeroRateDiffers(comparison, percent)) return compared;
  // Without messages both sides are 0, although the rate of 0 fares otherwise than 0 does against 0.
  return comparison === 'below' ? `(${compared} OR ${MESSAGES} = 0)` : `(${compared} AND ${MESSAGES} > 0)`;
};

const measureSql = ({ measure, comparison, value }: MeasureTest): string => {
  if (measure === 'engagement_rate') return rateSql(comparison, value);
  if (measure === 'lifetime_value') return `\`lifetime_value\` ${OPERATORS[comparison]} ${decimal(value)}`;
  const column = measure === 'messages' ? MESSAGES : `\`${measure}\``;
  return `${column} ${OPERATORS[comparison]} ${value}`;
};

const testSql = (test: CustomerTest): string => {
  if ('measure' in test) return measureSql(test);
  if ('is_active' in test) return `\`is_active\` = ${test.is_active ? 'TRUE' : 'FALSE'}`;
  const stages = test.lifecycle_stage.map((stage) => `\`lifecycle_stage\` = '${stage}'`);
  return stages.length === 1 ? stages[0]! : `(${stages.join(' OR ')})`;
};

const joined = (parts: readonly string[], word: 'AND' | 'OR', ofNothing: string): string => {
  if (parts.length === 0) return ofNothing;
  return parts.length === 1 ? parts[0]! : `(${parts.join(` ${word} `)})`;
};

/**
 * A rule as a ksqlDB expression over the columns `order_count`, `delivered`, `failed` (BIGINT), `lifetime_value`
 * (DECIMAL(18, 2)), `lifecycle_stage` (STRING) and `is_active` (BOOLEAN), none of them null. It keeps to what any
 * SQL understands, and to operands of comparable types; rates are compared in whole numbers, as in TypeScript.
 */
export const conditionSql = (condition: Condition): string =>
  foldCondition<CustomerTest, string>(condition, {
    test: testSql,
    all: (parts) => joined(parts, 'AND', 'TRUE'),
    any: (parts) => joined(parts, 'OR', 'FALSE'),
    not: (part) => `NOT (${part})`,
  });

/** The lifecycle stage as lines of a ksqlDB expression over the columns of `conditionSql`. */
export const lifecycleSql = (): readonly string[] => [
  'CASE',
  ...LIFECYCLE_RULES.map(({ stage, rule }) => `  WHEN ${conditionSql(rule)} THEN '${stage}'`),
  `  ELSE '${STAGE_OTHERWISE}'`,
  'END',
];

/**
 * The sorted names of a customer's segments as lines of a ksqlDB expression of type ARRAY<STRING>, over the columns
 * of `conditionSql`. Segments without the customer are an empty text first, since every branch of a CASE needs the
 * same type.
 */
export const segmentsSql = (definitions: readonly SegmentDefinition[]): readonly string[] => {
  const elements = byName(definitions).map(
    ({ name, rule }) => `  CASE WHEN ${conditionSql(rule)} THEN '${name}' ELSE '' END`,
  );
  return [
    'ARRAY_REMOVE(ARRAY[',
    ...elements.map((element, index) => (index + 1 < elements.length ? `${element},` : element)),
    "], '')",
  ];
};
