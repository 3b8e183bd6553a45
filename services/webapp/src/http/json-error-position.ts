/** What may come next in a JSON text. */
type Expectation = 'value' | 'value or end' | 'key' | 'key or end' | 'colon' | 'comma or end' | 'nothing';

const SPACE = /[ \t\n\r]*/y;
const SCALAR =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids exactly these within a string.
  /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/**
 * Where a text stops being JSON (RFC 8259): the index of the first token that cannot stand there, the text's
 * length when it ends too early, null when nothing is wrong. V8 says the position only in some of its messages.
 */
export const jsonErrorPosition = (text: string): number | null => {
  const open: ('{' | '[')[] = [];
  let expected: Expectation = 'value';
  let at = 0;

  const afterValue = (): Expectation => (open.length === 0 ? 'nothing' : 'comma or end');
  const take = (pattern: RegExp): string | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0] ?? null;
    if (found !== null) at += found.length;
    return found;
  };

  for (;;) {
    take(SPACE);
    const next = text[at];
    if (next === undefined) return expected === 'nothing' ? null : at;
    const inside = open.at(-1);
    const mayEnd = expected === 'comma or end' || expected === 'value or end' || expected === 'key or end';
    if (mayEnd && next === (inside === '{' ? '}' : ']')) {
      open.pop();
      at += 1;
      expected = afterValue();
    } else if (expected === 'comma or end' && next === ',') {
      at += 1;
      expected = inside === '{' ? 'key' : 'value';
    } else if (expected === 'colon' && next === ':') {
      at += 1;
      expected = 'value';
    } else if ((expected === 'key' || expected === 'key or end') && next === '"') {
      if (take(SCALAR) === null) return at;
      expected = 'colon';
    } else if ((expected === 'value' || expected === 'value or end') && (next === '{' || next === '[')) {
      open.push(next);
      at += 1;
      expected = next === '{' ? 'key or end' : 'value or end';
    } else if (expected === 'value' || expected === 'value or end') {
      if (take(SCALAR) === null) return at;
      expected = afterValue();
    } else {
      return at;
    }
  }
};
