import { describe, expect, it } from 'vitest';
import type { Condition, MeasureTest } from './condition.ts';
import { conditionInWords } from './condition-words.ts';
import { SHIPPED_SEGMENTS } from './segments.ts';

const measure = (
  name: MeasureTest['measure'],
  comparison: MeasureTest['comparison'],
  value: number,
): MeasureTest => ({ measure: name, comparison, value });

const active: Condition = { is_active: true };
const ordered = measure('order_count', 'at_least', 1);

describe('conditionInWords', () => {
  it('says the shipped rules', () => {
    expect(SHIPPED_SEGMENTS.map(({ name, rule }) => `${name}: ${conditionInWords(rule)}`)).toEqual([
      'new-prospects: no order and no message',
      'first-time-buyers: exactly 1 order',
      'loyal: 5 or more orders',
      'high-value: a lifetime value of more than $5,000.00',
      'engaged: 3 or more messages and more than 50% of messages delivered',
      'hard-to-reach: 3 or more messages and less than 30% of messages delivered',
    ]);
  });

  it.each<[Condition, string]>([
    [measure('order_count', 'above', 1), 'more than 1 order'],
    [measure('order_count', 'above', 0), 'more than 0 orders'],
    [measure('order_count', 'exactly', 2), 'exactly 2 orders'],
    [measure('failed', 'at_most', 2), 'at most 2 messages failed'],
    [measure('delivered', 'below', 1), 'fewer than 1 message delivered'],
    [measure('messages', 'at_least', 1), '1 or more messages'],
    [measure('lifetime_value', 'exactly', 150), 'a lifetime value of exactly $1.50'],
    [{ lifecycle_stage: ['engaged', 'high-value'] }, 'in stage engaged or high-value'],
    [{ is_active: false }, 'not active'],
    [{ all: [] }, 'everybody'],
    [{ any: [] }, 'nobody'],
    [{ any: [active] }, 'active'],
    [
      { all: [active, ordered, measure('failed', 'exactly', 0)] },
      'active, 1 or more orders and no message failed',
    ],
  ])('says %j', (condition, words) => {
    expect(conditionInWords(condition)).toBe(words);
  });

  it('puts joined parts of joined parts in brackets', () => {
    expect(conditionInWords({ all: [active, { any: [ordered, { all: [active] }] }] })).toBe(
      'active and (1 or more orders or active)',
    );
  });

  it.each<[Condition, string]>([
    [ordered, 'fewer than 1 order'],
    [measure('order_count', 'above', 4), 'at most 4 orders'],
    [measure('order_count', 'exactly', 0), '1 or more orders'],
    [measure('order_count', 'exactly', 1), 'not exactly 1 order'],
    [measure('engagement_rate', 'below', 30), 'at least 30% of messages delivered'],
    [{ lifecycle_stage: ['prospect'] }, 'not in stage prospect'],
    [active, 'not active'],
    [{ not: active }, 'active'],
    [{ all: [active, ordered] }, 'not active or fewer than 1 order'],
    [{ any: [active, ordered] }, 'not active and fewer than 1 order'],
    [{ all: [] }, 'nobody'],
  ])('says the opposite of %j', (condition, words) => {
    expect(conditionInWords({ not: condition })).toBe(words);
  });
});
