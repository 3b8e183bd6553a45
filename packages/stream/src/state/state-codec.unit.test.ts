import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryState } from '../testing/memory-state.ts';
import { REMOVED, sealChanges } from './sealed-changes.ts';
import { codecFinder, type StateCodec, stateVersion } from './state-codec.ts';

/** Whole numbers as four bytes. */
const numbers = (schema: string): StateCodec<number> => ({
  schema,
  write: (value, target, position) =>
    position + 4 > target.length
      ? target.length - position - 4
      : Buffer.prototype.writeInt32BE.call(target, value, position),
  read: (bytes) => bytes.readInt32BE(0),
});

describe('a state codec', () => {
  it('is found by the first character of a key, JSON without one', () => {
    const codec = numbers('1');
    const codecOf = codecFinder({ n: codec });
    expect(codecOf('n')).toBe(codec);
    expect(codecOf('number')).toBe(codec);
    expect(codecOf('m').schema).toBe('json');
    expect(codecOf('ñ').schema).toBe('json');
  });

  it.each(['', 'ab', 'ñ'])('is refused for "%s"', (prefix) => {
    expect(() => codecFinder({ [prefix]: numbers('1') })).toThrow(TypeError);
  });

  it('gives plain data back as it was where no codec is declared', () => {
    const state = memoryState();
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.jsonValue(), (key, value) => {
        state.put(key, value);
        expect(JSON.stringify(state.get(key))).toBe(JSON.stringify(value));
      }),
    );
  });
});

describe('the version of a state', () => {
  it('is that of the rules where no codec is declared', () => {
    expect(stateVersion('1')).toBe('1');
  });

  it('changes with the rules, with a schema and with a prefix, and with nothing else', () => {
    const version = stateVersion('1', { a: numbers('x'), b: numbers('y') });
    expect(stateVersion('1', { b: numbers('y'), a: numbers('x') })).toBe(version);
    expect(stateVersion('2', { a: numbers('x'), b: numbers('y') })).not.toBe(version);
    expect(stateVersion('1', { a: numbers('x'), b: numbers('z') })).not.toBe(version);
    expect(stateVersion('1', { a: numbers('x'), c: numbers('y') })).not.toBe(version);
    expect(stateVersion('1', { a: numbers('x') })).not.toBe(version);
  });
});

describe('sealed changes', () => {
  it('hold every value, in the order of the keys, however large they are', () => {
    const value = fc.oneof(fc.constant(REMOVED), fc.string({ maxLength: 3_000 }));
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string({ minLength: 1 }), value)), (entries) => {
        const changes = new Map<string, unknown>(entries);
        const { keys, ends, bytes } = sealChanges(changes, codecFinder({}));
        expect(keys).toEqual([...changes.keys()].sort());
        let begin = 0;
        keys.forEach((key, index) => {
          const end = ends[index]!;
          if (changes.get(key) === REMOVED) {
            expect(end).toBeLessThan(0);
            return;
          }
          expect(JSON.parse(bytes.toString('utf8', begin, end))).toBe(changes.get(key));
          begin = end;
        });
      }),
      { numRuns: 50 },
    );
  });

  it('are refused whole when one value cannot be written', () => {
    const codecs = { n: numbers('1') };
    const changes = new Map<string, unknown>([
      ['n1', 1],
      ['n2', 2 ** 40],
    ]);
    expect(() => sealChanges(changes, codecFinder(codecs))).toThrow();
  });
});
