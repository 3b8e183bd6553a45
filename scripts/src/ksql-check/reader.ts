import { sqlFault, type Token } from './tokens.ts';

/** Goes through tokens from first to last; what parsers share. */
export type Reader = {
  /** The next token, left where it is. */
  readonly peek: (ahead?: number) => Token;
  /** Takes the next token. */
  readonly next: () => Token;
  /** Takes the given words or symbols when they come next, all of them or none; false when they do not. */
  readonly accept: (...texts: readonly string[]) => boolean;
  /** Takes the given words or symbols; throws VALUE_INVALID when something else comes. */
  readonly expect: (...texts: readonly string[]) => void;
  /** Takes a name: a word that is not reserved, upper-cased, or one in back-quotes, as it is. */
  readonly name: (what: string) => string;
  /** Takes a token of a kind, and gives its text. */
  readonly take: (kind: Token['kind'], what: string) => string;
  /** Throws VALUE_INVALID: something else was expected. */
  readonly refuse: (expected: string) => never;
};

/** Words that ksqlDB does not take for a name unless they are quoted. */
const RESERVED = new Set(
  `SELECT FROM AS ALL DISTINCT WHERE WITHIN WINDOW GROUP BY HAVING LIMIT AT OR AND IN NOT EXISTS BETWEEN LIKE IS NULL
  TRUE FALSE TUMBLING HOPPING SIZE ADVANCE RETENTION CASE WHEN THEN ELSE END JOIN FULL OUTER INNER LEFT RIGHT ON
  WITH VALUES CREATE TABLE STREAM STREAMS INSERT DELETE INTO DESCRIBE PRINT CAST LIST TOPIC TOPICS TERMINATE LOAD
  QUERY QUERIES EXTENDED DROP RENAME UNSET SCRIPT RUN PROPERTIES CONNECTOR CONNECTORS BEGINNING`.split(/\s+/),
);

/** A reader at the first token. */
export const readerOf = (tokens: readonly Token[]): Reader => {
  let position = 0;
  const peek = (ahead = 0): Token => tokens[Math.min(position + ahead, tokens.length - 1)]!;
  const next = (): Token => {
    const token = peek();
    position += 1;
    return token;
  };
  const refuse = (expected: string): never => {
    const { text, line } = peek();
    throw sqlFault(line, `expected ${expected}, found ${text}`);
  };
  const is = ({ kind, text }: Token, wanted: string): boolean =>
    (kind === 'word' || kind === 'symbol') && text === wanted;
  const accept = (...texts: readonly string[]): boolean => {
    if (!texts.every((text, index) => is(peek(index), text))) return false;
    position += texts.length;
    return true;
  };
  return {
    peek,
    next,
    accept,
    expect: (...texts) => {
      for (const text of texts) if (!accept(text)) refuse(text);
    },
    name: (what) => {
      const { kind, text } = peek();
      if (kind === 'word' && RESERVED.has(text)) refuse(`${what} (the word needs back-quotes here)`);
      return kind === 'word' || kind === 'name' ? next().text : refuse(what);
    },
    take: (kind, what) => (peek().kind === kind ? next().text : refuse(what)),
    refuse,
  };
};
