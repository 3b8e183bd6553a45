import { centsFromNumber } from '@marketing-streams/domain/money';
import {
  COMPARISONS,
  COUNTS,
  type Comparison,
  type Condition,
  type MeasureTest,
} from '@marketing-streams/domain/rules/condition';
import { LIFECYCLE_STAGES } from '@marketing-streams/domain/rules/lifecycle-stages';
import { PlatformError } from './errors.ts';

/** Deeper than anybody writes; an alias that contains itself would have no end. */
const MAX_DEPTH = 12;

type Measure = MeasureTest['measure'];
const MEASURES: readonly Measure[] = [...COUNTS, 'lifetime_value', 'engagement_rate'];
const TESTS = [...MEASURES, 'lifecycle_stage', 'is_active', 'all', 'any', 'not'];

/** What is wrong with one entry: its path in the file, what stood there, and what was expected. */
export const invalidEntry = (field: string, value: unknown, expected: string): PlatformError =>
  new PlatformError('CONFIG_INVALID', `${field} = ${JSON.stringify(value)}: ${expected}`, {
    details: { field, value },
  });

/** The entries of a map. Throws CONFIG_INVALID when it is another thing or has none. */
const entriesOf = (value: unknown, field: string, expected: string): readonly [string, unknown][] => {
  const entries =
    typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
  if (entries.length === 0) throw invalidEntry(field, value, expected);
  return entries;
};

/** The one condition, or all of them. */
const allOf = <Test>(conditions: readonly Condition<Test>[]): Condition<Test> =>
  conditions.length === 1 ? conditions[0]! : { all: conditions };

const wholeNumber = (value: unknown, field: string): number => {
  if (Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= 1_000_000_000) {
    return value as number;
  }
  throw invalidEntry(field, value, 'expected a whole number from 0 to 1000000000');
};

const cents = (value: unknown, field: string): number => {
  const expected = 'expected dollars, at least 0, with at most two decimals';
  if (typeof value !== 'number' || value < 0) throw invalidEntry(field, value, expected);
  try {
    return centsFromNumber(value);
  } catch (error) {
    if (error instanceof RangeError) throw invalidEntry(field, value, expected);
    throw error;
  }
};

const percent = (value: unknown, field: string): number => {
  const [, digits] = (typeof value === 'string' ? /^(\d{1,3}) ?%$/.exec(value) : null) ?? [];
  const number = Number(digits);
  if (digits !== undefined && number <= 100) return number;
  throw invalidEntry(field, value, 'expected a whole percentage from 0% to 100%, with the sign');
};

const numberOf = (measure: Measure, value: unknown, field: string): number => {
  if (measure === 'lifetime_value') return cents(value, field);
  return measure === 'engagement_rate' ? percent(value, field) : wholeNumber(value, field);
};

const measureTest = (measure: Measure, value: unknown, field: string): Condition => {
  if (typeof value !== 'object') {
    return { measure, comparison: 'exactly', value: numberOf(measure, value, field) };
  }
  const known = `expected one or more of ${COMPARISONS.join(', ')}`;
  return allOf(
    entriesOf(value, field, known).map(([comparison, number]): Condition => {
      if (!COMPARISONS.includes(comparison as Comparison)) {
        throw invalidEntry(`${field}.${comparison}`, number, `unknown comparison; ${known}`);
      }
      return {
        measure,
        comparison: comparison as Comparison,
        value: numberOf(measure, number, `${field}.${comparison}`),
      };
    }),
  );
};

const stageTest = (value: unknown, field: string): Condition => {
  const given: readonly unknown[] = Array.isArray(value) ? value : [value];
  const stages = LIFECYCLE_STAGES.filter((stage) => given.includes(stage));
  if (stages.length === 0 || stages.length !== given.length) {
    throw invalidEntry(field, value, `expected one or more of ${LIFECYCLE_STAGES.join(', ')}, each once`);
  }
  return { lifecycle_stage: stages };
};

const partsOf = (value: unknown, field: string, depth: number): readonly Condition[] => {
  if (!Array.isArray(value) || value.length === 0)
    throw invalidEntry(field, value, 'expected a list of rules');
  return value.map((part, index) => parseRule(part, `${field}[${index}]`, depth + 1));
};

const entryTest = (name: string, value: unknown, field: string, depth: number): Condition => {
  if (MEASURES.includes(name as Measure)) return measureTest(name as Measure, value, field);
  if (name === 'lifecycle_stage') return stageTest(value, field);
  if (name === 'all') return { all: partsOf(value, field, depth) };
  if (name === 'any') return { any: partsOf(value, field, depth) };
  if (name === 'not') return { not: parseRule(value, field, depth + 1) };
  if (name !== 'is_active') throw invalidEntry(field, value, `unknown test; it knows ${TESTS.join(', ')}`);
  if (typeof value !== 'boolean') throw invalidEntry(field, value, 'expected true or false');
  return { is_active: value };
};

/**
 * A rule as people write it in YAML (see `config/segments.yaml`) as a condition: a map of tests that must all hold.
 * Throws CONFIG_INVALID that names the entry by its path (`field` being the rule's own), and what stood there.
 */
export const parseRule = (value: unknown, field: string, depth = 0): Condition => {
  if (depth > MAX_DEPTH) {
    throw new PlatformError('CONFIG_INVALID', `${field}: rules go at most ${MAX_DEPTH} levels deep`, {
      details: { field },
    });
  }
  return allOf(
    entriesOf(value, field, `expected a map of tests: ${TESTS.join(', ')}`).map(([name, test]) =>
      entryTest(name, test, `${field}.${name}`, depth),
    ),
  );
};
