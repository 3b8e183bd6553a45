import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createOverlay } from './overlay.ts';

const inKeyOrder = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

const storeOf = (entries: ReadonlyMap<string, number>) => ({
  get: (key: string): unknown => entries.get(key),
  range: function* (prefix: string, after?: string): Iterable<readonly [string, unknown]> {
    for (const key of [...entries.keys()].sort(inKeyOrder))
      if (key.startsWith(prefix) && (after === undefined || inKeyOrder(key, after) > 0))
        yield [key, entries.get(key)];
  },
});

const key = fc.oneof(
  fc.constantFrom('a', 'ab', 'abc', 'b', 'ba'),
  fc.string({ unit: 'grapheme', minLength: 1 }),
);
const change = fc.record({ key, value: fc.option(fc.integer()), mark: fc.boolean(), rollBack: fc.boolean() });

describe('an overlay', () => {
  it('behaves as a map on top of the store, taking back what a record did', () => {
    fc.assert(
      fc.property(fc.dictionary(key, fc.integer()), fc.array(change), (stored, changes) => {
        const overlay = createOverlay(storeOf(new Map(Object.entries(stored))));
        let model = new Map(Object.entries(stored));
        let marked = new Map(model);
        for (const { key: name, value, mark, rollBack } of changes) {
          if (mark) {
            overlay.mark();
            marked = new Map(model);
          }
          if (value === null) {
            overlay.view.remove(name);
            model.delete(name);
          } else {
            overlay.view.put(name, value);
            model.set(name, value);
          }
          if (rollBack) {
            overlay.rollBack();
            model = new Map(marked);
          }
        }
        for (const prefix of ['', 'a', 'b']) {
          const expected = [...model]
            .filter(([name]) => name.startsWith(prefix))
            .sort(([a], [b]) => inKeyOrder(a, b));
          expect([...overlay.view.range(prefix)]).toEqual(expected);
          const later = expected.filter(([name]) => inKeyOrder(name, 'ab') > 0);
          expect([...overlay.view.range(prefix, 'ab')]).toEqual(later);
        }
        for (const name of ['a', 'ab', 'zz']) expect(overlay.view.get(name)).toBe(model.get(name));
      }),
    );
  });

  it('refuses a key that the store could not hold', () => {
    const overlay = createOverlay(storeOf(new Map()));
    const put = (): void => overlay.view.put('ü'.repeat(1_000), 1);
    expect(put).toThrow(expect.objectContaining({ code: 'VALUE_INVALID' }));
  });
});
