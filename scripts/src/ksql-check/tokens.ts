import { PlatformError } from '@marketing-streams/platform/errors';

/** A piece of ksqlDB text. Words are upper-cased, quoted names and texts are as they were, without their quotes. */
export type Token = {
  readonly kind: 'word' | 'name' | 'text' | 'whole' | 'decimal' | 'double' | 'symbol' | 'end';
  readonly text: string;
  /** Counted from 1. */
  readonly line: number;
};

/** A fault of a statement, found at a line of its text. Its message says what, and what would be right. */
export const sqlFault = (line: number, message: string): PlatformError =>
  new PlatformError('VALUE_INVALID', `line ${line}: ${message}`, { details: { line } });

const PIECES = new RegExp(
  [
    '(?<space>\\s+|--[^\\n]*|/\\*[\\s\\S]*?\\*/)',
    '(?<word>[A-Za-z_][A-Za-z0-9_]*)',
    '`(?<name>[^`\\n]+)`',
    "'(?<text>(?:[^']|'')*)'",
    '(?<double>\\d+(?:\\.\\d*)?[eE][+-]?\\d+)',
    '(?<decimal>\\d+\\.\\d+)',
    '(?<whole>\\d+)',
    '(?<symbol>=>|->|:=|<>|!=|<=|>=|\\|\\||[-+*/%=<>().,;[\\]])',
  ].join('|'),
  'y',
);

/** The pieces of a text, ended by one of kind `end`. Throws VALUE_INVALID at what is none, e.g. an open quote. */
export const tokensOf = (sql: string): readonly Token[] => {
  const tokens: Token[] = [];
  let line = 1;
  PIECES.lastIndex = 0;
  while (PIECES.lastIndex < sql.length) {
    const start = PIECES.lastIndex;
    const groups = PIECES.exec(sql)?.groups;
    if (groups === undefined)
      throw sqlFault(line, `cannot read ${JSON.stringify(sql.slice(start, start + 20))}`);
    const [kind, text] = Object.entries(groups).find(([, piece]) => piece !== undefined)!;
    if (kind === 'word') tokens.push({ kind, text: text.toUpperCase(), line });
    else if (kind === 'text') tokens.push({ kind, text: text.replaceAll("''", "'"), line });
    else if (kind !== 'space') tokens.push({ kind: kind as Token['kind'], text, line });
    line += sql.slice(start, PIECES.lastIndex).split('\n').length - 1;
  }
  return [...tokens, { kind: 'end', text: 'the end', line }];
};
