import { describe, expect, it } from 'vitest';
import type { SegmentFacts } from './compile-condition.ts';
import { compileSegments, SEGMENT_NAME, SHIPPED_SEGMENTS, segmentRulesText } from './segments.ts';

const nobody: SegmentFacts = {
  order_count: 0,
  lifetime_value: 0,
  delivered: 0,
  failed: 0,
  lifecycle_stage: 'prospect',
  is_active: false,
};
const segmentsOf = compileSegments(SHIPPED_SEGMENTS);

describe('the shipped segments', () => {
  it.each<[string, Partial<SegmentFacts>, readonly string[]]>([
    ['nothing happened yet', {}, ['new-prospects']],
    ['a message, no order', { failed: 1 }, []],
    ['the first order', { order_count: 1, lifetime_value: 100 }, ['first-time-buyers']],
    ['a second order', { order_count: 2, lifetime_value: 200 }, []],
    ['four orders are not five', { order_count: 4 }, []],
    ['five orders', { order_count: 5 }, ['loyal']],
    ['exactly 5000.00', { order_count: 2, lifetime_value: 500_000 }, []],
    ['a cent more', { order_count: 2, lifetime_value: 500_001 }, ['high-value']],
    ['two of two delivered', { delivered: 2 }, []],
    ['exactly half of four', { delivered: 2, failed: 2 }, []],
    ['two of three delivered', { delivered: 2, failed: 1 }, ['engaged']],
    ['two failures', { failed: 2 }, []],
    ['three failures', { failed: 3 }, ['hard-to-reach']],
    ['exactly 30%', { delivered: 3, failed: 7 }, []],
    ['29 of 100', { delivered: 29, failed: 71 }, ['hard-to-reach']],
    [
      'several at once, sorted',
      { order_count: 6, lifetime_value: 900_000, delivered: 3 },
      ['engaged', 'high-value', 'loyal'],
    ],
  ])('%s', (_, facts, expected) => {
    expect(segmentsOf({ ...nobody, ...facts })).toEqual(expected);
  });

  it('have names that are safe everywhere, each once', () => {
    const names = SHIPPED_SEGMENTS.map(({ name }) => name);
    expect(names.filter((name) => !SEGMENT_NAME.test(name))).toEqual([]);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('segmentRulesText', () => {
  it('changes with a rule or a name, not with a title or the order', () => {
    const [first, second] = SHIPPED_SEGMENTS as [(typeof SHIPPED_SEGMENTS)[0], (typeof SHIPPED_SEGMENTS)[0]];
    const text = segmentRulesText([first, second]);
    expect(segmentRulesText([second, { ...first, title: 'Other words' }])).toBe(text);
    expect(segmentRulesText([{ ...first, name: 'other' }, second])).not.toBe(text);
    expect(segmentRulesText([{ ...first, rule: second.rule }, second])).not.toBe(text);
  });
});
