import type { DuckDBConnection } from '@duckdb/node-api';
import { messageOf, PlatformError } from '@marketing-streams/platform/errors';
import { quoteString } from './sql-tokens.ts';
import { replaceAsOf, replaceAtClauses, type TimeTravel, type TimeTravels } from './time-travel-clauses.ts';

/** A table that a query reads. */
export type TableReference = {
  /** Its schema in the SQL that is run, such as `silver`; empty for a name without one. */
  readonly schema: string;
  /** Its name there: a name of its own when it is read at a version. */
  readonly name: string;
  /** The name people know it by, as it is written in the query: `silver.orders`. */
  readonly table: string;
  /** Null for the newest version. */
  readonly at: TimeTravel | null;
};

/** A query that may be run. */
export type ReadStatement = {
  readonly sql: string;
  /** Every table once per version, those that only exist inside of the query (CTEs) left out. */
  readonly references: readonly TableReference[];
};

/** A node of DuckDB's syntax tree as `json_serialize_sql` shows it. */
type SyntaxNode = { readonly [field: string]: unknown };

type BaseTable = {
  readonly catalog_name: string;
  readonly schema_name: string;
  readonly table_name: string;
  readonly alias: string;
  /** Bytes of UTF-8 before it. */
  readonly query_location: number;
  readonly at_clause: SyntaxNode | null;
};

/** Table functions that read nothing but their arguments. All others are refused: most of them open files. */
const TABLE_FUNCTIONS = new Set(['range', 'generate_series', 'unnest', 'json_each', 'json_tree', 'repeat']);

/** Functions that do more, wait longer, or tell more of the machine (`current_setting`: its folders) than a query has to. */
const REFUSED_FUNCTIONS = new Set([
  'sleep_ms',
  'write_log',
  'nextval',
  'currval',
  'query',
  'query_table',
  'current_setting',
]);

/** A refusal of the SQL text. */
export const sqlError = (message: string, cause?: unknown): PlatformError =>
  new PlatformError('VALUE_INVALID', message, { cause, details: { field: 'sql' } });

const isNode = (value: unknown): value is SyntaxNode => typeof value === 'object' && value !== null;

function* nodesOf(value: unknown): Generator<SyntaxNode> {
  if (!isNode(value)) return;
  if (!Array.isArray(value)) yield value;
  for (const child of Object.values(value)) yield* nodesOf(child);
}

/** The syntax tree of the one SELECT that the text is. */
const parseSelect = async (connection: DuckDBConnection, sql: string): Promise<SyntaxNode> => {
  if (sql.includes('\0')) throw sqlError('SQL must not contain the character NUL');
  const reader = await connection.runAndReadAll(`SELECT json_serialize_sql(${quoteString(sql)})`);
  const parsed = JSON.parse(String(reader.getRows()[0]![0])) as {
    readonly error: boolean;
    readonly error_message?: string;
    readonly error_type?: string;
    readonly statements?: readonly SyntaxNode[];
  };
  if (parsed.error) {
    if (parsed.error_type === 'not implemented')
      throw sqlError(`only SELECT can be run: ${parsed.error_message}`);
    // Parsed once more for the message that shows the place.
    await connection.extractStatements(sql).catch((cause: unknown) => {
      throw sqlError(messageOf(cause), cause);
    });
    throw sqlError(parsed.error_message ?? 'the SQL cannot be read');
  }
  const statements = parsed.statements ?? [];
  if (statements.length !== 1) {
    throw sqlError(`one SELECT at a time can be run, not ${statements.length}`);
  }
  return statements[0]!;
};

const refuseFunctions = (nodes: readonly SyntaxNode[]): void => {
  for (const node of nodes) {
    if (node['type'] === 'SHOW_REF' && node['query'] === null) {
      throw sqlError('SHOW cannot be run here; DESCRIBE silver.orders tells the columns of a table');
    }
    const call = node['type'] === 'TABLE_FUNCTION' ? node['function'] : node;
    if (!isNode(call) || typeof call['function_name'] !== 'string') continue;
    const name = call['function_name'].toLowerCase();
    const refused =
      node['type'] === 'TABLE_FUNCTION' ? !TABLE_FUNCTIONS.has(name) : REFUSED_FUNCTIONS.has(name);
    if (refused)
      throw sqlError(`the function ${name} cannot be used here: queries read tables by their name`);
  }
};

/** Names that WITH clauses define, anywhere in the query, in lower case. */
const definedNames = (nodes: readonly SyntaxNode[]): ReadonlySet<string> => {
  const names = new Set<string>();
  for (const node of nodes) {
    const map = isNode(node['cte_map']) ? node['cte_map']['map'] : [];
    for (const entry of Array.isArray(map) ? map : []) {
      const name = String(entry.key).toLowerCase();
      // DuckDB takes such a name for a file wherever the WITH clause does not reach.
      if (/[^\p{L}\p{N}_ -]/u.test(name))
        throw sqlError(`WITH cannot define the name ${JSON.stringify(name)}`);
      names.add(name);
    }
  }
  return names;
};

const baseTables = (nodes: readonly SyntaxNode[]): readonly BaseTable[] =>
  nodes.filter(
    (node) => node['type'] === 'BASE_TABLE' && typeof node['table_name'] === 'string',
  ) as readonly SyntaxNode[] as readonly BaseTable[];

/** Offset in the text of an offset in its UTF-8 bytes. */
const textOffset = (sql: string, bytes: number): number =>
  Number.isSafeInteger(bytes) ? Buffer.from(sql).subarray(0, bytes).toString().length : -1;

const fullName = (table: BaseTable, name: string): string =>
  [table.catalog_name, table.schema_name, name].filter((part) => part !== '').join('.');

const referencesOf = (
  tables: readonly BaseTable[],
  defined: ReadonlySet<string>,
  travels: TimeTravels,
): readonly TableReference[] => {
  const references = new Map<string, TableReference>();
  for (const table of tables) {
    const { schema_name: schema, table_name: name } = table;
    if (table.at_clause !== null) throw sqlError(`the version of ${fullName(table, name)} cannot be read`);
    const travel = travels.get(name);
    const isDefined = schema === '' && table.catalog_name === '' && defined.has(name.toLowerCase());
    if (isDefined && travel === undefined) continue;
    references.set(fullName(table, name).toLowerCase(), {
      schema,
      name,
      table: fullName(table, travel?.table ?? name),
      at: travel?.at ?? null,
    });
  }
  return [...references.values()];
};

/** A version that no table got would go unheard: the query would read the newest one without a word. */
const requireUsed = (tables: readonly BaseTable[], travels: TimeTravels): void => {
  const read = new Set(tables.map((table) => table.table_name));
  for (const [name, { table, at }] of travels) {
    if (read.has(name)) continue;
    throw sqlError(
      `${at.unit} AS OF ${at.expression} has to stand right behind the name of a table, before its alias, not behind ${table}`,
    );
  }
};

const parseChecked = async (connection: DuckDBConnection, sql: string): Promise<readonly SyntaxNode[]> => {
  const nodes = [...nodesOf(await parseSelect(connection, sql))];
  refuseFunctions(nodes);
  return nodes;
};

/**
 * Checks that SQL text is one SELECT that reads nothing but tables, and finds these by DuckDB's own parser; what is
 * said about versions (`VERSION AS OF`, `TIMESTAMP AS OF`, `AT (…)`) goes into names. Throws VALUE_INVALID (field
 * `sql`) with DuckDB's message for everything else.
 */
export const readStatement = async (connection: DuckDBConnection, sql: string): Promise<ReadStatement> => {
  const travels: TimeTravels = new Map();
  const withoutAsOf = replaceAsOf(sql, travels);
  let nodes = await parseChecked(connection, withoutAsOf);
  const rewritten = replaceAtClauses(
    withoutAsOf,
    baseTables(nodes).map((table) => ({
      start: textOffset(withoutAsOf, table.query_location),
      name: table.table_name,
      hasAlias: table.alias !== '',
      hasAtClause: table.at_clause !== null,
    })),
    travels,
  );
  if (rewritten !== withoutAsOf) nodes = await parseChecked(connection, rewritten);
  const tables = baseTables(nodes);
  requireUsed(tables, travels);
  return { sql: rewritten, references: referencesOf(tables, definedNames(nodes), travels) };
};

/**
 * The version, or the moment in epoch milliseconds, that a query asks for. The expression is evaluated by DuckDB, so
 * that `now() - INTERVAL 1 HOUR` is fine; it may not read tables. Throws VALUE_INVALID (field `sql`).
 */
export const evaluateTimeTravel = async (
  connection: DuckDBConnection,
  { unit, expression }: TimeTravel,
): Promise<{ readonly version: number } | { readonly timestamp: number }> => {
  const sql =
    unit === 'VERSION' ? `SELECT (${expression})::BIGINT` : `SELECT epoch_ms((${expression})::TIMESTAMPTZ)`;
  const { references } = await readStatement(connection, sql);
  if (references.length > 0) throw sqlError(`${unit} ${expression} must not read tables`);
  const value = await connection.runAndReadAll(sql).then(
    (reader) => reader.getRows()[0]?.[0] ?? null,
    (cause: unknown) => {
      throw sqlError(`${unit} ${expression}: ${messageOf(cause)}`, cause);
    },
  );
  if (value === null) throw sqlError(`${unit} ${expression} is null`);
  return unit === 'VERSION' ? { version: Number(value) } : { timestamp: Number(value) };
};
