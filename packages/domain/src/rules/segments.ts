import { compileCondition, type SegmentFacts } from './compile-condition.ts';
import type { Condition } from './condition.ts';
import { HIGH_VALUE_ABOVE } from './lifecycle-rules.ts';

/** A segment of customers, as plain data. */
export type SegmentDefinition = {
  /** Lower-case words joined by hyphens, unique; what records and addresses carry. See `SEGMENT_NAME`. */
  readonly name: string;
  /** What people read. */
  readonly title: string;
  /** Who is in it. */
  readonly rule: Condition;
};

/** What a segment may be called: safe in SQL text, file names and addresses as it is. */
export const SEGMENT_NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/** The segments that are always there. */
export const SHIPPED_SEGMENTS: readonly SegmentDefinition[] = [
  {
    name: 'new-prospects',
    title: 'New prospects',
    rule: {
      all: [
        { measure: 'order_count', comparison: 'exactly', value: 0 },
        { measure: 'messages', comparison: 'exactly', value: 0 },
      ],
    },
  },
  {
    name: 'first-time-buyers',
    title: 'First-time buyers',
    rule: { measure: 'order_count', comparison: 'exactly', value: 1 },
  },
  {
    name: 'loyal',
    title: 'Loyal',
    rule: { measure: 'order_count', comparison: 'at_least', value: 5 },
  },
  {
    name: 'high-value',
    title: 'High value',
    rule: { measure: 'lifetime_value', comparison: 'above', value: HIGH_VALUE_ABOVE },
  },
  {
    name: 'engaged',
    title: 'Engaged',
    rule: {
      all: [
        { measure: 'messages', comparison: 'at_least', value: 3 },
        { measure: 'engagement_rate', comparison: 'above', value: 50 },
      ],
    },
  },
  {
    name: 'hard-to-reach',
    title: 'Hard to reach',
    rule: {
      all: [
        { measure: 'messages', comparison: 'at_least', value: 3 },
        { measure: 'engagement_rate', comparison: 'below', value: 30 },
      ],
    },
  },
];

/** Definitions in the order of their names: the order of a customer's segments in every record. */
export const byName = (definitions: readonly SegmentDefinition[]): readonly SegmentDefinition[] =>
  definitions.toSorted((one, other) => (one.name < other.name ? -1 : 1));

/** Names and rules as one text: equal texts mean equal segments of every customer, whatever the titles say. */
export const segmentRulesText = (definitions: readonly SegmentDefinition[]): string =>
  JSON.stringify(byName(definitions).map(({ name, rule }) => [name, rule]));

/**
 * What gives the names of the segments that a customer is in, sorted. The definitions' names have to be unique,
 * which `loadSegments` checks.
 */
export const compileSegments = (
  definitions: readonly SegmentDefinition[],
): ((facts: SegmentFacts) => readonly string[]) => {
  const compiled = byName(definitions).map(({ name, rule }) => ({ name, matches: compileCondition(rule) }));
  return (facts) => {
    const names: string[] = [];
    for (const { name, matches } of compiled) if (matches(facts)) names.push(name);
    return names;
  };
};
