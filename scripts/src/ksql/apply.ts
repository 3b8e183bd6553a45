import { isPlatformError, PlatformError } from '@marketing-streams/platform/errors';
import type { KsqlClient, KsqlSource } from './client.ts';
import type { CreateStatement, InsertStatement, KsqlStatement } from './statements.ts';

/** What became of a statement, or of something of a former version. */
export type KsqlOutcome = {
  readonly file: string;
  readonly what: string;
  readonly result: 'created' | 'there already' | 'dropped';
};

export type ApplyOptions = {
  /** Drops everything that the statements create, and the topics only ksqlDB uses, before it begins. */
  readonly replace: boolean;
  /** The id of the schema that a topic's contract is registered under; null for topics without one. */
  readonly schemaId: (topic: string) => Promise<number | null>;
  /** Told of each outcome as it comes. */
  readonly report: (outcome: KsqlOutcome) => void;
};

/** Topics under this prefix belong to ksqlDB alone. */
const OWN_TOPIC = 'ksql.';

/** A name with a digest of the rules its statement follows from. */
const VERSIONED = /^(\w+)_[0-9A-F]{8}$/;

const FULL_NAME = /\bVALUE_AVRO_SCHEMA_FULL_NAME\s*=\s*'[^']*'/i;

const isCreate = (statement: KsqlStatement): statement is CreateStatement => statement.kind === 'create';

/** What has to go before the statements are applied, in an order in which nothing is read by anything any more. */
const condemned = (
  statements: readonly CreateStatement[],
  sources: readonly KsqlSource[],
  replace: boolean,
): readonly { readonly source: KsqlSource; readonly statement: CreateStatement }[] => {
  const current = new Set(statements.map(({ name }) => name));
  return statements
    .flatMap((statement) => {
      const stem = VERSIONED.exec(statement.name)?.[1];
      return sources
        .filter(
          ({ name }) =>
            (name === statement.name && replace) ||
            (stem !== undefined && !current.has(name) && VERSIONED.exec(name)?.[1] === stem),
        )
        .map((source) => ({ source, statement }));
    })
    .toReversed();
};

/** Ends the queries that fill a stream or table, and drops it; a topic that others know stays. */
const dropSource = async (
  client: KsqlClient,
  { name, type, topic }: KsqlSource,
  filled: boolean,
): Promise<void> => {
  for (const { id, sinks } of await client.queries())
    if (sinks.includes(name)) await client.run(`TERMINATE ${id};`);
  const topicToo = filled && topic.startsWith(OWN_TOPIC) ? ' DELETE TOPIC' : '';
  await client.run(`DROP ${type} IF EXISTS ${name}${topicToo};`);
};

/** The statement as it is sent: values under a contract's name are written with the contract itself. */
const textOf = async (
  { text, topic }: CreateStatement,
  schemaId: ApplyOptions['schemaId'],
): Promise<string> => {
  if (!FULL_NAME.test(text)) return text;
  const id = await schemaId(topic);
  return id === null ? text : text.replace(FULL_NAME, (name) => `${name}, VALUE_SCHEMA_ID = ${id}`);
};

const whatOf = (statement: CreateStatement | InsertStatement): string =>
  statement.kind === 'create'
    ? `${statement.type.toLowerCase()} ${statement.name.toLowerCase()}`
    : `query ${statement.queryId.toLowerCase()}`;

/** Why what is there under a statement's name is not what the statement creates; null when it is. */
const mismatch = (
  { name, type, topic, filled }: CreateStatement,
  source: KsqlSource,
  sinks: ReadonlySet<string>,
): string | null => {
  if (source.type !== type || source.topic !== topic)
    return `${name} is there as a ${source.type.toLowerCase()} over the topic ${source.topic}`;
  return filled && !sinks.has(name) ? `${name} is there, but no query fills it any more` : null;
};

/**
 * Applies statements in their order to a server that may have been given them, or former versions of those that
 * follow from the rules, before. Stops at the first that is refused: throws CONFIG_INVALID with the server's words,
 * or because what is there is something else; KSQLDB_UNAVAILABLE when the server goes away.
 */
export const applyStatements = async (
  client: KsqlClient,
  statements: readonly KsqlStatement[],
  { replace, schemaId, report }: ApplyOptions,
): Promise<void> => {
  for (const { source, statement } of condemned(
    statements.filter(isCreate),
    await client.sources(),
    replace,
  )) {
    await dropSource(client, source, statement.filled);
    report({
      file: statement.file,
      what: `${source.type.toLowerCase()} ${source.name.toLowerCase()}`,
      result: 'dropped',
    });
  }

  const known = new Map((await client.sources()).map((source) => [source.name, source]));
  const queries = await client.queries();
  const running = new Set(queries.map(({ id }) => id));
  const sinks = new Set(queries.flatMap((query) => query.sinks));
  const properties: Record<string, string> = {};

  for (const statement of statements) {
    if (statement.kind === 'set') {
      properties[statement.property] = statement.value;
      continue;
    }
    const { file } = statement;
    const what = whatOf(statement);
    const source = isCreate(statement) ? known.get(statement.name) : undefined;
    if (isCreate(statement) ? source !== undefined : running.has(statement.queryId)) {
      const problem = isCreate(statement) && source ? mismatch(statement, source, sinks) : null;
      if (problem !== null)
        throw new PlatformError('CONFIG_INVALID', `${file}: ${problem}; make ksql REPLACE=1 begins anew`);
      report({ file, what, result: 'there already' });
      continue;
    }
    const text = isCreate(statement) ? await textOf(statement, schemaId) : statement.text;
    await client.run(text, properties).catch((error: unknown) => {
      if (!isPlatformError(error, 'CONFIG_INVALID')) throw error;
      throw new PlatformError('CONFIG_INVALID', `${file}:${statement.line}: ${error.message}`, {
        cause: error,
      });
    });
    report({ file, what, result: 'created' });
  }

  const failed = (await client.queries()).filter(({ state }) => state === 'ERROR').map(({ id }) => id);
  if (failed.length > 0)
    throw new PlatformError(
      'CONFIG_INVALID',
      `queries that stopped with an error: ${failed.join(', ')}; the server's log says why`,
    );
};
