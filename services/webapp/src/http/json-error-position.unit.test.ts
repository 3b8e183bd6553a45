import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonErrorPosition } from './json-error-position.ts';

const parses = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

describe('where a text stops being JSON', () => {
  it.each([
    ['{"first_name": Ada}', 15],
    ['{"first_name":', 14],
    ['', 0],
    ['{"a":1,}', 7],
    ['[1 2]', 3],
    ["{'a':1}", 1],
    ['{"a":"b', 5],
    ['{"a":01}', 6],
    ['[]]', 2],
    ['{"a":[}', 6],
    [' {} ', null],
  ])('in %s is %s', (text, position) => expect(jsonErrorPosition(text)).toBe(position));

  it('is nowhere exactly in what JSON.parse takes', () => {
    fc.assert(
      fc.property(
        fc.json(),
        fc.nat(),
        fc.constantFrom('', ',', '}', '"', ' ', '\\', '1'),
        (json, place, added) => {
          const cut = place % (json.length + 1);
          for (const text of [json, json.slice(0, cut), json.slice(0, cut) + added + json.slice(cut)]) {
            expect([text, jsonErrorPosition(text) === null]).toEqual([text, parses(text)]);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('goes as deep as a body can', () => {
    expect(jsonErrorPosition('['.repeat(100_000))).toBe(100_000);
  });
});
