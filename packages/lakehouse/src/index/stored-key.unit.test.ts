import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyReader } from './key-index.ts';
import { createKeyMemory, KEY_BYTES, keyBytes, storedKey, treeOrder } from './stored-key.ts';

describe('stored keys', () => {
  it('are put in the order of their first 32 bits, each once', () => {
    const stored = Array.from({ length: 3_000 }, (_, number) => storedKey(`key-${number}`));
    const order = treeOrder(stored);
    expect([...order].sort((a, b) => a - b)).toEqual(stored.map((_, number) => number));
    const prefixes = order.map((number) => stored[number]!.slice(0, 4));
    expect(prefixes).toEqual([...prefixes].sort());
    expect(treeOrder([])).toEqual([]);
  });

  it('are the same when they are remembered, and have their bytes', () => {
    const memory = createKeyMemory();
    for (const key of ['a', 'b', 'a']) expect(memory.storedKey(key)).toBe(storedKey(key));
    memory.forget();
    expect(memory.storedKey('a')).toBe(storedKey('a'));
    const stored = storedKey('ünïcode');
    expect(Buffer.from(keyBytes(stored))).toEqual(Buffer.from(stored, 'latin1'));
    expect(stored).toHaveLength(KEY_BYTES);
  });
});

describe('the key of a row', () => {
  it('of two columns is the JSON list of the values, whatever they are', () => {
    const keyOf = keyReader(['customer_id', 'order_id']);
    const value = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: fc.constantFrom('a', '"', '\\', '\u007f', '\n', '~', '[', '\ud800', ' ', '#') }),
      fc.integer(),
      fc.boolean(),
    );
    fc.assert(
      fc.property(value, value, (customer_id, order_id) => {
        expect(keyOf({ order_id, customer_id })).toBe(JSON.stringify([customer_id, order_id]));
      }),
    );
  });
});
