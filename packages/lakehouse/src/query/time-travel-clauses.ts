import { quoteIdentifier, type SqlToken, tokenizeSql } from './sql-tokens.ts';

/** The state of a table that a query asks for: the value is an SQL expression, as it is written in the query. */
export type TimeTravel = { readonly unit: 'VERSION' | 'TIMESTAMP'; readonly expression: string };

/** Tables at a version by the name they got in the SQL instead of their own. */
export type TimeTravels = Map<string, { readonly table: string; readonly at: TimeTravel }>;

const isWord = (token: SqlToken | undefined, word: string): boolean =>
  token?.kind === 'word' && token.text.toUpperCase() === word;

const isIdentifier = (token: SqlToken | undefined): boolean =>
  token?.kind === 'word' || token?.kind === 'quoted';

/** Puts a table at a version under a name of its own, which shows in messages of DuckDB. */
export const nameTimeTravel = (travels: TimeTravels, table: string, at: TimeTravel): string => {
  const name = `${table} ${at.unit} AS OF ${at.expression}`;
  travels.set(name, { table, at });
  return name;
};

type Edit = { readonly start: number; readonly end: number; readonly text: string };

/** The text with pieces of it replaced; the pieces must not overlap. */
export const applyEdits = (text: string, edits: readonly Edit[]): string =>
  [...edits]
    .sort((a, b) => b.start - a.start)
    .reduce(
      (result, { start, end, text: piece }) => result.slice(0, start) + piece + result.slice(end),
      text,
    );

/** The clause whose unit is the token at `index`, or null when there is none. */
const clauseAt = (
  tokens: readonly SqlToken[],
  index: number,
): { readonly table: SqlToken; readonly end: number; readonly at: TimeTravel } | null => {
  const unit = (['VERSION', 'TIMESTAMP'] as const).find((word) => isWord(tokens[index], word));
  if (unit === undefined || !isWord(tokens[index + 1], 'AS') || !isWord(tokens[index + 2], 'OF')) return null;
  const value = tokens[isWord(tokens[index + 3], 'TIMESTAMP') ? index + 4 : index + 3];
  if (value === undefined || (value.kind !== 'number' && value.kind !== 'string')) return null;
  const table = tokens[isWord(tokens[index - 1], 'FOR') ? index - 2 : index - 1];
  if (table === undefined || !isIdentifier(table)) return null;
  const expression = value.kind === 'number' ? value.text : `'${value.text.replaceAll("'", "''")}'`;
  return { table, end: value.end, at: { unit, expression } };
};

/**
 * Replaces `orders VERSION AS OF 12` and `orders TIMESTAMP AS OF '2026-01-01'` (Spark's and Databricks' spelling, with
 * FOR in front of it Trino's) by a name that DuckDB's parser takes for a table: `"orders VERSION AS OF 12"`. What a
 * string, a comment or a quoted identifier holds is left alone.
 */
export const replaceAsOf = (sql: string, travels: TimeTravels): string => {
  const tokens = tokenizeSql(sql);
  const edits: Edit[] = [];
  for (const index of tokens.keys()) {
    const clause = clauseAt(tokens, index);
    if (clause === null) continue;
    const name = nameTimeTravel(travels, clause.table.text, clause.at);
    edits.push({ start: clause.table.start, end: clause.end, text: quoteIdentifier(name) });
  }
  return applyEdits(sql, edits);
};

/** A table in the FROM of a query, as DuckDB's parser found it. */
type PlacedTable = {
  /** Offset of the first part of its name. */
  readonly start: number;
  readonly name: string;
  readonly hasAlias: boolean;
  /** `AT (VERSION => …)`, DuckDB's own spelling, stands behind it. */
  readonly hasAtClause: boolean;
};

/** Words before a table's name that allow no alias behind it. */
const NO_ALIAS_AFTER = ['DESCRIBE', 'DESC', 'SUMMARIZE', 'SHOW', 'TABLE'];

/** Index behind `silver.orders` that begins at `index`. */
const afterName = (tokens: readonly SqlToken[], index: number): number => {
  let next = index + 1;
  while (tokens[next]?.text === '.' && isIdentifier(tokens[next + 1])) next += 2;
  return next;
};

/** Index behind the bracket that closes the one at `index`. */
const afterBrackets = (tokens: readonly SqlToken[], index: number): number => {
  let depth = 0;
  for (let next = index; next < tokens.length; next++) {
    const { kind, text } = tokens[next]!;
    if (kind !== 'other') continue;
    if (text === '(') depth++;
    if (text === ')' && --depth === 0) return next + 1;
  }
  return tokens.length;
};

const atClauseOf = (
  sql: string,
  tokens: readonly SqlToken[],
  from: number,
): { readonly at: TimeTravel; readonly start: number; readonly end: number } | null => {
  let index = from;
  while (index < tokens.length && !(isWord(tokens[index], 'AT') && tokens[index + 1]?.text === '(')) index++;
  const behind = afterBrackets(tokens, index + 1);
  const unit = (['VERSION', 'TIMESTAMP'] as const).find((word) => isWord(tokens[index + 2], word));
  const first = tokens[index + 4];
  const last = tokens[behind - 2];
  if (unit === undefined || first === undefined || last === undefined) return null;
  const expression = sql.slice(first.start, last.end);
  return { at: { unit, expression }, start: tokens[index]!.start, end: tokens[behind - 1]!.end };
};

/**
 * Gives tables with `AT (…)` a name of their own as `replaceAsOf` does, and lets every table at a version be called
 * by its plain name in the rest of the query unless it has an alias.
 */
export const replaceAtClauses = (
  sql: string,
  tables: readonly PlacedTable[],
  travels: TimeTravels,
): string => {
  const tokens = tokenizeSql(sql);
  const edits: Edit[] = [];
  for (const table of tables) {
    const index = tokens.findIndex(({ start }) => start === table.start);
    if (index < 0) continue;
    const behind = afterName(tokens, index);
    const last = tokens[behind - 1]!;
    const clause = table.hasAtClause ? atClauseOf(sql, tokens, behind) : null;
    const travel = travels.get(table.name);
    if (clause === null && travel === undefined) continue;
    const name = clause === null ? last.text : nameTimeTravel(travels, table.name, clause.at);
    const mayHaveAlias = !NO_ALIAS_AFTER.some((word) => isWord(tokens[index - 1], word));
    const alias =
      table.hasAlias || !mayHaveAlias ? '' : ` AS ${quoteIdentifier(travel?.table ?? table.name)}`;
    edits.push({ start: last.start, end: last.end, text: quoteIdentifier(name) + alias });
    if (clause !== null) edits.push({ start: clause.start, end: clause.end, text: '' });
  }
  return applyEdits(sql, edits);
};
