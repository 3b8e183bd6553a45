import { z } from 'zod';
import type { Place } from './customer-order.ts';

/** A page's edge: the place after (or before) which it goes on. */
export type Cursor = { readonly direction: 'after' | 'before'; readonly place: Place };

const cursorShape = z.tuple([z.enum(['after', 'before']), z.union([z.number(), z.string()]), z.string()]);

/** A cursor as an opaque, URL-safe string. */
export const encodeCursor = ({ direction, place }: Cursor): string =>
  Buffer.from(JSON.stringify([direction, place.value, place.customer_id])).toString('base64url');

/** Reads what `encodeCursor` wrote; null when it was not written by it. */
export const decodeCursor = (text: string): Cursor | null => {
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    return null;
  }
  const result = cursorShape.safeParse(parsed);
  if (!result.success) return null;
  const [direction, value, customer_id] = result.data;
  return { direction, place: { value, customer_id } };
};
