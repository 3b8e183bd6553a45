import { describe, expect, it } from 'vitest';
import { readableId } from './readable-id.ts';

describe('a readable id', () => {
  it('is short, sorts by time and has no letters that look like others', () => {
    const ids = [1, 1_700_000_000_000, 1_700_000_000_001, 2 ** 45].map(readableId);
    expect([...ids].sort()).toEqual(ids);
    for (const id of ids) expect(id).toMatch(/^[0-9a-hjkmnp-tv-z]{20}$/);
  });

  it('does not repeat', () => {
    expect(new Set(Array.from({ length: 2_000 }, () => readableId(7))).size).toBe(2_000);
  });
});
