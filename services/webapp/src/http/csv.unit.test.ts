import { describe, expect, it } from 'vitest';
import { csvLine } from './csv.ts';

describe('a line of CSV', () => {
  it('quotes what would break the line', () => {
    expect(csvLine(['a,b', 'say "hi"', 'two\nlines', 'plain'])).toBe(
      '"a,b","say ""hi""","two\nlines",plain\r\n',
    );
  });

  it('leaves cells without a value empty, and writes numbers and truth as they are', () => {
    expect(csvLine([null, '', -12.5, 0, true])).toBe(',,-12.5,0,true\r\n');
  });

  it.each(['=1+1', '+49 30 1234', '-2+3', '@SUM(A1)', '\tx', '\rx', '\nx', '＝1'])(
    'takes the formula out of %j',
    (text) => {
      const line = csvLine([text]);
      expect(line.startsWith("'") || line.startsWith('"\'')).toBe(true);
    },
  );

  it('keeps text that only holds such a character', () => {
    expect(csvLine(['a=b', "O'Neil", 'x@example.com'])).toBe("a=b,O'Neil,x@example.com\r\n");
  });
});
