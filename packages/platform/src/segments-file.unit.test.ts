import { readFileSync } from 'node:fs';
import { SHIPPED_SEGMENTS } from '@marketing-streams/domain/rules/segments';
import { describe, expect, it } from 'vitest';
import { isPlatformError } from './errors.ts';
import { loadSegments, parseSegments } from './segments-file.ts';

const ruleOf = (rule: string): unknown =>
  parseSegments(`segments: [{ name: own, title: Own, rule: ${rule} }]`).at(-1)!.rule;

const problemOf = (run: () => unknown): { readonly message: string; readonly field: unknown } => {
  try {
    run();
  } catch (error) {
    if (isPlatformError(error, 'CONFIG_INVALID')) {
      return { message: error.message, field: error.details['field'] };
    }
    throw error;
  }
  throw new Error('expected CONFIG_INVALID');
};

describe('parseSegments', () => {
  it.each(['', '# nothing\n', 'segments:\n', 'segments: []'])('adds nothing for %j', (yaml) => {
    expect(parseSegments(yaml)).toEqual(SHIPPED_SEGMENTS);
  });

  it.each([
    ['{ order_count: 3 }', { measure: 'order_count', comparison: 'exactly', value: 3 }],
    ['{ lifetime_value: { above: 19.99 } }', { measure: 'lifetime_value', comparison: 'above', value: 1999 }],
    ['{ engagement_rate: { below: 30% } }', { measure: 'engagement_rate', comparison: 'below', value: 30 }],
    ['{ lifecycle_stage: engaged }', { lifecycle_stage: ['engaged'] }],
    ['{ not: { is_active: true } }', { not: { is_active: true } }],
    [
      '{ order_count: { at_least: 2, below: 5 } }',
      {
        all: [
          { measure: 'order_count', comparison: 'at_least', value: 2 },
          { measure: 'order_count', comparison: 'below', value: 5 },
        ],
      },
    ],
    [
      '{ any: [{ is_active: true }, { failed: 0 }], messages: { at_most: 9 } }',
      {
        all: [
          { any: [{ is_active: true }, { measure: 'failed', comparison: 'exactly', value: 0 }] },
          { measure: 'messages', comparison: 'at_most', value: 9 },
        ],
      },
    ],
  ])('reads %s', (rule, expected) => {
    expect(ruleOf(rule)).toEqual(expected);
  });

  it.each([
    ['{}', 'segments[0].rule', '{}'],
    ['{ orders: 3 }', 'segments[0].rule.orders', '3'],
    ['{ order_count: { at_leats: 3 } }', 'segments[0].rule.order_count.at_leats', '3'],
    ['{ order_count: { at_least: 1.5 } }', 'segments[0].rule.order_count.at_least', '1.5'],
    ['{ order_count: -1 }', 'segments[0].rule.order_count', '-1'],
    ['{ lifetime_value: { above: 1.005 } }', 'segments[0].rule.lifetime_value.above', '1.005'],
    ['{ engagement_rate: { above: 0.3 } }', 'segments[0].rule.engagement_rate.above', '0.3'],
    ['{ engagement_rate: { above: 101% } }', 'segments[0].rule.engagement_rate.above', '"101%"'],
    ['{ lifecycle_stage: [engaged, golden] }', 'segments[0].rule.lifecycle_stage', '["engaged","golden"]'],
    ['{ is_active: "yes" }', 'segments[0].rule.is_active', '"yes"'],
    ['{ all: [{ not: { any: [] } }] }', 'segments[0].rule.all[0].not.any', '[]'],
  ])('refuses %s, naming the entry and its value', (rule, field, value) => {
    const problem = problemOf(() => ruleOf(rule));
    expect(problem.field).toBe(field);
    expect(problem.message).toContain(`${field} = ${value}: `);
  });

  it.each([
    ['segments: [{ name: Loyal, title: x, rule: { failed: 0 } }]', 'segments[0].name'],
    ['segments: [{ name: loyal, title: x, rule: { failed: 0 } }]', 'segments[0].name'],
    ["segments: [{ name: a', title: x, rule: { failed: 0 } }]", 'segments[0].name'],
    ['segments: [{ name: a, rule: { failed: 0 } }]', 'segments[0].title'],
    ['segments: [{ name: a, title: x, rules: { failed: 0 } }]', 'segments[0].rules'],
    ['segments: { a: 1 }', 'segments'],
    ['sgements: []', 'the file'],
  ])('refuses %s', (yaml, field) => {
    expect(problemOf(() => parseSegments(yaml)).field).toBe(field);
  });

  it('refuses a rule that contains itself', () => {
    const yaml = 'segments: [{ name: a, title: x, rule: &r { not: *r } }]';
    expect(problemOf(() => parseSegments(yaml)).message).toContain('levels deep');
  });
});

describe('loadSegments', () => {
  it('reads the shipped example', () => {
    const file = new URL('../../../config/segments.yaml', import.meta.url).pathname;
    expect(parseSegments(readFileSync(file, 'utf8')).map(({ name }) => name)).toContain('win-back');
    expect(loadSegments(file).length).toBe(SHIPPED_SEGMENTS.length + 1);
  });

  it('names the file that cannot be read', () => {
    expect(problemOf(() => loadSegments('no/such.yaml')).message).toContain(
      'segments of no/such.yaml: ENOENT',
    );
  });
});
