/** A piece of SQL text that is neither space nor comment. */
export type SqlToken = {
  /** `word`: a bare identifier or keyword; `quoted`: an identifier in double quotes. */
  readonly kind: 'word' | 'quoted' | 'number' | 'string' | 'other';
  /** What it means: without quotes and their doubling; a string's content, a word as it is written. */
  readonly text: string;
  /** Offsets in the SQL, `end` behind the last character. */
  readonly start: number;
  readonly end: number;
};

/** In order: what is tried first wins. Sticky, so that nothing between tokens is passed over. */
const PATTERNS = {
  space: /\s+/y,
  lineComment: /--[^\n\r]*/y,
  escapeString: /[eE]'((?:[^'\\]|\\[\s\S]|'')*)'/y,
  string: /'((?:[^']|'')*)'/y,
  quoted: /"((?:[^"]|"")*)"/y,
  dollarString: /\$([A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y,
  word: /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y,
  number: /\d[\w.]*/y,
  other: /=>|[\s\S]/y,
} as const;

const match = (pattern: RegExp, sql: string, at: number): RegExpExecArray | null => {
  pattern.lastIndex = at;
  return pattern.exec(sql);
};

/** Offset behind a block comment that opens at `at`; comments nest, as in PostgreSQL. */
const afterBlockComment = (sql: string, at: number): number => {
  let depth = 0;
  for (let index = at; index < sql.length; index++) {
    if (sql.startsWith('/*', index)) {
      depth++;
      index++;
    } else if (sql.startsWith('*/', index)) {
      depth--;
      index++;
      if (depth === 0) return index + 1;
    }
  }
  return sql.length;
};

const tokenAt = (sql: string, start: number): SqlToken => {
  const text = match(PATTERNS.escapeString, sql, start) ?? match(PATTERNS.string, sql, start);
  if (text !== null) {
    return { kind: 'string', text: text[1]!.replaceAll("''", "'"), start, end: start + text[0].length };
  }
  const quoted = match(PATTERNS.quoted, sql, start);
  if (quoted !== null) {
    return { kind: 'quoted', text: quoted[1]!.replaceAll('""', '"'), start, end: start + quoted[0].length };
  }
  const dollar = match(PATTERNS.dollarString, sql, start);
  if (dollar !== null) {
    const from = start + dollar[0].length;
    const to = sql.indexOf(dollar[0], from);
    if (to >= 0) return { kind: 'string', text: sql.slice(from, to), start, end: to + dollar[0].length };
  }
  for (const kind of ['word', 'number'] as const) {
    const found = match(PATTERNS[kind], sql, start);
    if (found !== null) return { kind, text: found[0], start, end: start + found[0].length };
  }
  const other = match(PATTERNS.other, sql, start)![0];
  return { kind: 'other', text: other, start, end: start + other.length };
};

/**
 * The tokens of SQL text as DuckDB reads it: comments (nested ones too), quoted identifiers and every form of string
 * are told apart, so that what looks like SQL inside of them is left alone. It never fails: DuckDB judges the text.
 */
export const tokenizeSql = (sql: string): readonly SqlToken[] => {
  const tokens: SqlToken[] = [];
  for (let at = 0; at < sql.length; ) {
    const skipped = match(PATTERNS.space, sql, at) ?? match(PATTERNS.lineComment, sql, at);
    if (skipped !== null) {
      at += skipped[0].length;
    } else if (sql.startsWith('/*', at)) {
      at = afterBlockComment(sql, at);
    } else {
      const token = tokenAt(sql, at);
      tokens.push(token);
      at = token.end;
    }
  }
  return tokens;
};

/** An identifier as SQL text, whatever is in it. */
export const quoteIdentifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A string as SQL text. */
export const quoteString = (text: string): string => `'${text.replaceAll("'", "''")}'`;
