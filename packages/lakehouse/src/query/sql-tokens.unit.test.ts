import { describe, expect, it } from 'vitest';
import { quoteIdentifier, quoteString, tokenizeSql } from './sql-tokens.ts';

const kinds = (sql: string): string[] => tokenizeSql(sql).map(({ kind, text }) => `${kind} ${text}`);

describe('tokenizeSql', () => {
  it('tells words, numbers, strings, quoted identifiers and signs apart', () => {
    expect(kinds(`SELECT a.b1 + 1.5e3, 'it''s', "a ""b""" => ?`)).toEqual([
      'word SELECT',
      'word a',
      'other .',
      'word b1',
      'other +',
      'number 1.5e3',
      'other ,',
      "string it's",
      'other ,',
      'quoted a "b"',
      'other =>',
      'other ?',
    ]);
  });

  it('passes over comments, nested ones too', () => {
    expect(kinds('a -- b\nc /* d /* e */ f */ g')).toEqual(['word a', 'word c', 'word g']);
    expect(kinds('a /* never closed')).toEqual(['word a']);
  });

  it('does not look into strings of any form', () => {
    expect(kinds(`E'it\\'s -- x' $$a -- b$$ $t$ $$ "c" $t$ 'd -- e'`)).toEqual([
      "string it\\'s -- x",
      'string a -- b',
      'string  $$ "c" ',
      'string d -- e',
    ]);
    expect(kinds('$1 $name')).toEqual(['other $', 'number 1', 'other $', 'word name']);
  });

  it('tells where in the text each token is', () => {
    const sql = ' ü /* x */ "y" ';
    expect(tokenizeSql(sql).map(({ start, end }) => sql.slice(start, end))).toEqual(['ü', '"y"']);
  });

  it('reads back what was quoted', () => {
    for (const text of ['', `a"b'c`, '--', '$$', '\\']) {
      expect(tokenizeSql(quoteIdentifier(text))).toMatchObject([{ kind: 'quoted', text }]);
      expect(tokenizeSql(quoteString(text))).toMatchObject([{ kind: 'string', text }]);
    }
  });
});
