import { listOf, parseExpression, parseType } from './parse-expression.ts';
import { type Reader, readerOf } from './reader.ts';
import type {
  Element,
  Expression,
  Join,
  Query,
  SelectItem,
  SourceReference,
  Statement,
  Window,
} from './syntax.ts';
import { tokensOf } from './tokens.ts';

const UNITS: Readonly<Record<string, number>> = {
  MILLISECOND: 1,
  SECOND: 1_000,
  MINUTE: 60_000,
  HOUR: 3_600_000,
  DAY: 86_400_000,
};

/** A duration in milliseconds. */
const parseDuration = (reader: Reader): number => {
  const count = Number(reader.take('whole', 'a number'));
  const unit = Object.keys(UNITS).find((name) => reader.accept(name) || reader.accept(`${name}S`));
  return unit === undefined ? reader.refuse('a unit of time') : count * UNITS[unit]!;
};

/** Retention and grace, in this order, each with a comma before it; by default the grace fills a day. */
const parseGrace = (reader: Reader, size: number): number => {
  if (reader.accept(',', 'RETENTION')) parseDuration(reader);
  const given = reader.accept(',', 'GRACE', 'PERIOD') ? parseDuration(reader) : null;
  reader.expect(')');
  return given ?? Math.max(0, UNITS['DAY']! - size);
};

const parseWindow = (reader: Reader): Window => {
  const kind = (['TUMBLING', 'HOPPING', 'SESSION'] as const).find((word) => reader.accept(word));
  if (kind === undefined) return reader.refuse('TUMBLING, HOPPING or SESSION');
  reader.expect('(');
  if (kind !== 'SESSION') reader.expect('SIZE');
  const size = parseDuration(reader);
  if (kind === 'HOPPING') {
    reader.expect(',', 'ADVANCE', 'BY');
    parseDuration(reader);
  }
  return { kind, size, grace: parseGrace(reader, size) };
};

/** Words that may follow a source, and so are no alias of it; `WITHIN` is reserved anyway. */
const isAlias = ({ kind, text }: ReturnType<Reader['peek']>): boolean =>
  kind === 'name' || (kind === 'word' && !FOLLOWING.has(text));
const FOLLOWING = new Set(
  'INNER LEFT RIGHT FULL JOIN ON WITHIN WINDOW WHERE GROUP PARTITION HAVING EMIT LIMIT'.split(' '),
);

const parseSource = (reader: Reader): SourceReference => {
  const { line } = reader.peek();
  const source = reader.name('a stream or table');
  const alias = reader.accept('AS') || isAlias(reader.peek()) ? reader.name('an alias') : source;
  return { source, alias, line };
};

const joinType = (reader: Reader): Join['type'] | null => {
  for (const type of ['LEFT', 'RIGHT', 'FULL'] as const) {
    if (reader.accept(type, 'OUTER', 'JOIN') || reader.accept(type, 'JOIN')) return type;
  }
  return reader.accept('INNER', 'JOIN') || reader.accept('JOIN') ? 'INNER' : null;
};

const parseJoins = (reader: Reader): readonly Join[] => {
  const joins: Join[] = [];
  for (let type = joinType(reader); type !== null; type = joinType(reader)) {
    const source = parseSource(reader);
    const within = reader.accept('WITHIN');
    if (within) parseDuration(reader);
    reader.expect('ON');
    joins.push({ type, source, within, on: parseExpression(reader) });
  }
  return joins;
};

const parseSelectItem = (reader: Reader): SelectItem => {
  const value = parseExpression(reader);
  if (reader.accept('AS')) return { value, as: reader.name('a column name') };
  const { kind, text } = reader.peek();
  return {
    value,
    as: kind === 'name' || (kind === 'word' && text !== 'FROM') ? reader.name('a name') : null,
  };
};

const parseBy = (reader: Reader, word: 'GROUP' | 'PARTITION'): readonly Expression[] =>
  reader.accept(word, 'BY') ? listOf(reader, () => parseExpression(reader)) : [];

const parseEmit = (reader: Reader): Query['emit'] => {
  if (!reader.accept('EMIT')) return null;
  if (reader.accept('CHANGES')) return 'CHANGES';
  reader.expect('FINAL');
  return 'FINAL';
};

const parseQuery = (reader: Reader): Query => {
  const { line } = reader.peek();
  reader.expect('SELECT');
  const select = listOf(reader, () => parseSelectItem(reader));
  reader.expect('FROM');
  return {
    line,
    select,
    from: parseSource(reader),
    joins: parseJoins(reader),
    window: reader.accept('WINDOW') ? parseWindow(reader) : null,
    where: reader.accept('WHERE') ? parseExpression(reader) : null,
    groupBy: parseBy(reader, 'GROUP'),
    partitionBy: parseBy(reader, 'PARTITION'),
    having: reader.accept('HAVING') ? parseExpression(reader) : null,
    emit: parseEmit(reader),
  };
};

const parseElement = (reader: Reader): Element => {
  const name = reader.name('a column');
  const type = parseType(reader);
  if (reader.accept('PRIMARY', 'KEY')) return { name, type, key: 'PRIMARY KEY' };
  return { name, type, key: reader.accept('KEY') ? 'KEY' : null };
};

const parseProperties = (reader: Reader): ReadonlyMap<string, string> => {
  if (!reader.accept('WITH')) return new Map();
  reader.expect('(');
  const entries = listOf(reader, (): [string, string] => {
    const name = reader.name('a property');
    reader.expect('=');
    const { kind } = reader.peek();
    if (kind === 'name' || kind === 'symbol' || kind === 'end') reader.refuse('a value');
    return [name, reader.next().text];
  });
  reader.expect(')');
  return new Map(entries);
};

const parseCreate = (reader: Reader, line: number): Statement => {
  reader.expect('CREATE');
  const replace = reader.accept('OR', 'REPLACE');
  const what = reader.accept('STREAM') ? 'STREAM' : 'TABLE';
  if (what === 'TABLE') reader.expect('TABLE');
  const ifNotExists = reader.accept('IF', 'NOT', 'EXISTS');
  const name = reader.name('a name');
  let elements: readonly Element[] = [];
  if (reader.accept('(')) {
    elements = listOf(reader, () => parseElement(reader));
    reader.expect(')');
  }
  const properties = parseProperties(reader);
  const query = elements.length === 0 && reader.accept('AS') ? parseQuery(reader) : null;
  return { kind: 'create', what, name, replace, ifNotExists, elements, properties, query, line };
};

const parseStatement = (reader: Reader): Statement => {
  const { line, text } = reader.peek();
  if (text === 'CREATE') return parseCreate(reader, line);
  if (reader.accept('INSERT', 'INTO')) {
    const into = reader.name('a stream');
    return { kind: 'insert', into, properties: parseProperties(reader), query: parseQuery(reader), line };
  }
  if (!reader.accept('SET')) return reader.refuse('CREATE, INSERT INTO or SET');
  const name = reader.take('text', 'a setting in quotes');
  reader.expect('=');
  return { kind: 'set', name, value: reader.take('text', 'a value in quotes'), line };
};

/**
 * The statements of a text, each ended by a semicolon. The syntax is that part of ksqlDB's which this project uses:
 * SET, CREATE STREAM and TABLE (declared, or AS SELECT with joins, windows, grouping and partitioning) and INSERT
 * INTO. Throws VALUE_INVALID with the line at anything else.
 */
export const parseStatements = (sql: string): readonly Statement[] => {
  const reader = readerOf(tokensOf(sql));
  const statements: Statement[] = [];
  while (reader.peek().kind !== 'end') {
    statements.push(parseStatement(reader));
    reader.expect(';');
  }
  return statements;
};
