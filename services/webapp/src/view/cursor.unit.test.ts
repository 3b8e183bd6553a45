import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCursor, encodeCursor } from './cursor.ts';

describe('a cursor', () => {
  it('reads back as it was written and fits into a URL', () => {
    const values = fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.string());
    fc.assert(
      fc.property(
        fc.constantFrom('after', 'before'),
        values,
        fc.string(),
        (direction, value, customer_id) => {
          const cursor = { direction, place: { value, customer_id } } as const;
          const text = encodeCursor(cursor);
          expect(encodeURIComponent(text)).toBe(text);
          // JSON has no negative zero, and to a sort the two are one.
          expect(decodeCursor(text)).toEqual({
            direction,
            place: { value: value === 0 ? 0 : value, customer_id },
          });
        },
      ),
    );
  });

  it.each(['', 'x', 'bm90IGpzb24', Buffer.from('["after",{},"a"]').toString('base64url')])(
    'is refused when this list did not give it: %s',
    (text) => expect(decodeCursor(text)).toBeNull(),
  );
});
