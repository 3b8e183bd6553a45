import { PlatformError } from '@marketing-streams/platform/errors';

/** Where a statement stands, and its text without comments, closed by a semicolon. */
type Placed = { readonly file: string; readonly line: number; readonly text: string };

/** Creates a stream or a table unless there is one of its name. */
export type CreateStatement = Placed & {
  readonly kind: 'create';
  readonly type: 'STREAM' | 'TABLE';
  /** As ksqlDB spells it: in capitals. */
  readonly name: string;
  /** The topic behind it. */
  readonly topic: string;
  /** True when a query fills it, which then runs for good. */
  readonly filled: boolean;
};

/** Starts one more query that writes an existing stream. */
export type InsertStatement = Placed & {
  readonly kind: 'insert';
  readonly into: string;
  /** As ksqlDB spells it: in capitals. */
  readonly queryId: string;
};

/** Sets a property of the statements after it. */
export type SetStatement = Placed & {
  readonly kind: 'set';
  readonly property: string;
  readonly value: string;
};

export type KsqlStatement = CreateStatement | InsertStatement | SetStatement;

const SET = /^SET\s+'([^']+)'\s*=\s*'([^']*)'\s*;$/i;
const CREATE = /^CREATE\s+(STREAM|TABLE)\s+IF\s+NOT\s+EXISTS\s+(\w+)\s/i;
const INSERT = /^INSERT\s+INTO\s+(\w+)\s+WITH\s*\(\s*QUERY_ID\s*=\s*'(\w+)'\s*\)\s*SELECT\s/i;
const TOPIC = /\bKAFKA_TOPIC\s*=\s*'([^']+)'/i;
const FILLED = /\)\s*AS\s+SELECT\s/i;

/** Comments, texts and quoted names as a whole, else single characters. */
const TOKEN = /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|`(?:[^`]|``)*`|"(?:[^"]|"")*"|[\s\S]/g;

const isComment = (token: string): boolean => token.startsWith('--') || token.startsWith('/*');

/** The statements of a text, cut at semicolons that are in no text, name or comment, with their first lines. */
const split = (text: string): readonly { readonly line: number; readonly text: string }[] => {
  const statements: { line: number; text: string }[] = [];
  let current = '';
  let line = 1;
  let begins = 1;
  for (const [token] of text.matchAll(TOKEN)) {
    if (!isComment(token)) {
      if (current === '' && token.trim() !== '') begins = line;
      if (current !== '' || token.trim() !== '') current += token;
      if (token === ';') {
        statements.push({ line: begins, text: current.replace(/[ \t]*\n(?:[ \t]*\n)*/g, '\n') });
        current = '';
      }
    }
    line += token.split('\n').length - 1;
  }
  if (current.trim() !== '') statements.push({ line: begins, text: current });
  return statements;
};

const classify = (placed: Placed): KsqlStatement => {
  const { file, line, text } = placed;
  const [, property, value] = SET.exec(text) ?? [];
  if (property !== undefined && value !== undefined) return { ...placed, kind: 'set', property, value };
  const [, into, queryId] = INSERT.exec(text) ?? [];
  if (into !== undefined && queryId !== undefined && text.endsWith(';'))
    return { ...placed, kind: 'insert', into: into.toUpperCase(), queryId: queryId.toUpperCase() };
  const [, type, name] = CREATE.exec(text) ?? [];
  const topic = TOPIC.exec(text)?.[1];
  if (type !== undefined && name !== undefined && topic !== undefined && text.endsWith(';')) {
    return {
      ...placed,
      kind: 'create',
      type: type.toUpperCase() === 'TABLE' ? 'TABLE' : 'STREAM',
      name: name.toUpperCase(),
      topic,
      filled: FILLED.test(text),
    };
  }
  throw new PlatformError(
    'CONFIG_INVALID',
    `${file}:${line}: expected SET …, CREATE STREAM|TABLE IF NOT EXISTS … with a KAFKA_TOPIC, or INSERT INTO … with a QUERY_ID, closed by a semicolon`,
  );
};

/**
 * The statements of a file in their order. Throws CONFIG_INVALID naming file and line for one that could not be
 * applied a second time without harm.
 */
export const parseStatements = (file: string, text: string): readonly KsqlStatement[] =>
  split(text).map((statement) => classify({ file, ...statement }));
