import { describe, expect, it } from 'vitest';
import { originHeaders, originOf } from './origin.ts';

const headersOf = (text: string) => ({ origin: Buffer.from(text) });

describe('the origin of a forwarded record', () => {
  it('comes back as it was sent', () => {
    const place = { topic: 'dom.order.placed.v1', partition: 3, offset: Number.MAX_SAFE_INTEGER };
    expect(originOf(headersOf(originHeaders(place)['origin'] ?? ''))).toEqual(place);
  });

  it.each([
    `in/0/${'9'.repeat(400)}`,
    'in/0/9007199254740992',
    'in/9007199254740992/0',
    'in/0',
    'in/0/-1',
    '',
  ])('is refused when %s is no place a record can have', (text) => {
    expect(() => originOf(headersOf(text))).toThrow(expect.objectContaining({ code: 'VALUE_INVALID' }));
  });
});
