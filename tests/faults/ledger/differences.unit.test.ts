import { describe, expect, it } from 'vitest';
import { differences } from './differences.ts';
import { byKey } from './expected-rows.ts';

const rows = (...all: readonly { readonly id: string; readonly cents: number }[]) =>
  byKey(all, ({ id }) => id);

describe('holding a store against the ledger', () => {
  const expected = rows({ id: 'a', cents: 1 }, { id: 'b', cents: 2 });

  it('finds nothing when they agree', () => {
    expect(differences('store', expected, rows({ id: 'b', cents: 2 }, { id: 'a', cents: 1 }))).toEqual([]);
  });

  it('names a row that is missing, one too many, one that differs and one that is there twice', () => {
    expect(differences('store', expected, rows({ id: 'a', cents: 1 }))).toEqual(['store lacks b']);
    expect(
      differences(
        'store',
        expected,
        rows({ id: 'a', cents: 1 }, { id: 'b', cents: 2 }, { id: 'c', cents: 3 }),
      ),
    ).toEqual(['store has c, which nobody sent']);
    expect(differences('store', expected, rows({ id: 'a', cents: 1 }, { id: 'b', cents: 3 }))).toEqual([
      'store: cents of b is 3, not 2',
    ]);
    expect(
      differences(
        'store',
        expected,
        rows({ id: 'a', cents: 1 }, { id: 'b', cents: 2 }, { id: 'b', cents: 2 }),
      ),
    ).toEqual(['store has b (again), which nobody sent']);
  });
});
