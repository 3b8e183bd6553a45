import { describe, expect, it } from 'vitest';
import { type AdEvent, validateAdEvent } from './ad-event.ts';

const recordedAt = Date.UTC(2026, 0, 1);
const event: AdEvent = {
  ts: recordedAt,
  user_id: 'u-1',
  campaign_id: 'spring_sale',
  channel: 'email',
  event: 'click',
  cost: 120,
};
const fieldsOf = (changes: object): readonly string[] =>
  validateAdEvent({ ...event, ...changes } as AdEvent, recordedAt).map(({ field }) => field);

describe('validateAdEvent', () => {
  it.each([
    ['an ordinary event', {}],
    ['a free one', { cost: 0 }],
    ['one of any age: lateness is for its window to say', { ts: 0 }],
    ['one from a clock an hour ahead', { ts: recordedAt + 3_600_000 }],
  ])('takes %s', (_, changes) => {
    expect(fieldsOf(changes)).toEqual([]);
  });

  it.each([
    ['more than an hour ahead of its record', 'ts', { ts: recordedAt + 3_600_001 }],
    ['before 1970', 'ts', { ts: -1 }],
    ['with a part of a millisecond', 'ts', { ts: recordedAt + 0.5 }],
    ['of nobody', 'user_id', { user_id: '' }],
    ['without a campaign', 'campaign_id', { campaign_id: ' ' }],
    ['with half a character for a channel', 'channel', { channel: '\ud800' }],
    ['of another kind', 'event', { event: 'purchase' }],
    ['that costs less than nothing', 'cost', { cost: -1 }],
    ['that costs part of a cent', 'cost', { cost: 0.5 }],
    ['that is absurdly dear', 'cost', { cost: 1_000_000_001 }],
  ])('names the field of an event %s', (_, field, changes) => {
    expect(fieldsOf(changes)).toEqual([field]);
  });
});
