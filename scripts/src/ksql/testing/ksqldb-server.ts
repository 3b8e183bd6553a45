import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

/** A statement as it came, with the properties it was to be run with. */
export type ReceivedStatement = {
  readonly ksql: string;
  readonly streamsProperties: Readonly<Record<string, string>>;
  readonly commandSequenceNumber?: number;
};

/** A server that speaks ksqlDB's REST API as its documentation has it, and runs nothing. */
export type KsqldbServer = {
  readonly url: string;
  /** What it was sent, without LIST statements. */
  readonly received: readonly ReceivedStatement[];
  /** The statement whose text holds these words is answered with this refusal. */
  readonly refuse: (words: string, message: string) => void;
  /** The statement whose text holds these words is accepted, and fails while it is carried out. */
  readonly failLater: (words: string, message: string) => void;
  /** Puts a query into a state, e.g. ERROR. */
  readonly setState: (queryId: string, state: string) => void;
  readonly endQuery: (queryId: string) => void;
  /** Answers 503 as many times. */
  readonly startSlowly: (answers: number) => void;
  readonly close: () => Promise<void>;
};

type Source = { readonly type: 'STREAM' | 'TABLE'; readonly topic: string };
type Query = { sinks: string[]; state: string };
type Answer = { readonly status: number; readonly body: unknown };

const CREATE = /^CREATE (STREAM|TABLE) IF NOT EXISTS (\w+)[\s\S]*?KAFKA_TOPIC\s*=\s*'([^']+)'/i;
const INSERT = /^INSERT INTO (\w+) WITH \(QUERY_ID = '(\w+)'\)/i;

const statementError = (statementText: string, message: string): Answer => ({
  status: 400,
  body: { '@type': 'statement_error', error_code: 40001, message, statementText, entities: [] },
});

/** Starts one on a free port of 127.0.0.1. */
export const startKsqldbServer = async (): Promise<KsqldbServer> => {
  const sources = new Map<string, Source>();
  const queries = new Map<string, Query>();
  const received: ReceivedStatement[] = [];
  const refusals = new Map<string, string>();
  const failures = new Map<string, string>();
  /** Commands under way: what they come to, and how often their status is still EXECUTING. */
  const commands = new Map<string, { left: number; status: string; message: string }>();
  let unready = 0;
  let sequence = -1;

  const listed = (type: Source['type']) =>
    [...sources]
      .filter(([, source]) => source.type === type)
      .map(([name, { topic }]) => ({ type, name, topic, format: 'JSON' }));

  /** The status of a command on its way: the answer says QUEUED, the status endpoint EXECUTING and then the end. */
  const command = (statementText: string, commandId: string, message: string): Answer => {
    const failure = [...failures].find(([words]) => statementText.includes(words))?.[1];
    sequence += 1;
    commands.set(commandId, {
      left: 1,
      status: failure === undefined ? 'SUCCESS' : 'ERROR',
      message: failure ?? message,
    });
    return {
      status: 200,
      body: [
        {
          '@type': 'currentStatus',
          statementText,
          commandId,
          commandStatus: { status: 'QUEUED', message: 'Statement written to command topic', queryId: null },
          commandSequenceNumber: sequence,
          warnings: [],
        },
      ],
    };
  };

  const create = (ksql: string, type: Source['type'], name: string, topic: string): Answer => {
    if (sources.has(name)) {
      const message = `Cannot add ${type.toLowerCase()} \`${name}\`: A ${type.toLowerCase()} with the same name already exists.`;
      return {
        status: 200,
        body: [{ '@type': 'warning_entity', statementText: ksql, message, warnings: [] }],
      };
    }
    sources.set(name, { type, topic });
    if (/\)\s*AS\s+SELECT/i.test(ksql))
      queries.set(`C${type[0]}AS_${name}_${queries.size}`, { sinks: [name], state: 'RUNNING' });
    return command(ksql, `${type.toLowerCase()}/\`${name}\`/create`, 'Created query');
  };

  const drop = (ksql: string, name: string): Answer => {
    const writers = [...queries].filter(([, { sinks }]) => sinks.includes(name)).map(([id]) => id);
    if (writers.length > 0)
      return statementError(
        ksql,
        `Cannot drop ${name}.\nThe following queries write into this source: [${writers.join(', ')}].\nYou need to terminate them before dropping ${name}.`,
      );
    sources.delete(name);
    return command(ksql, `stream/\`${name}\`/drop`, `Source \`${name}\` was dropped.`);
  };

  const execute = (request: ReceivedStatement): Answer => {
    const { ksql } = request;
    if (ksql === 'LIST STREAMS;')
      return { status: 200, body: [{ '@type': 'streams', streams: listed('STREAM') }] };
    if (ksql === 'LIST TABLES;')
      return { status: 200, body: [{ '@type': 'tables', tables: listed('TABLE') }] };
    if (ksql === 'LIST QUERIES;') {
      const rows = [...queries].map(([id, query]) => ({
        id,
        ...query,
        queryString: '',
        queryType: 'PERSISTENT',
      }));
      return { status: 200, body: [{ '@type': 'queries', queries: rows }] };
    }
    received.push(request);
    const refusal = [...refusals].find(([words]) => ksql.includes(words))?.[1];
    if (refusal !== undefined) return statementError(ksql, refusal);
    const [, type, name, topic] = CREATE.exec(ksql) ?? [];
    if (type !== undefined && name !== undefined && topic !== undefined)
      return create(ksql, type.toUpperCase() as Source['type'], name.toUpperCase(), topic);
    const [, into, queryId] = INSERT.exec(ksql) ?? [];
    if (into !== undefined && queryId !== undefined) {
      const id = queryId.toUpperCase();
      if (queries.has(id)) return statementError(ksql, `Query ID '${id}' already exists.`);
      queries.set(id, { sinks: [into.toUpperCase()], state: 'RUNNING' });
      return command(ksql, `stream/${id}/create`, 'Created query');
    }
    const dropped = /^DROP (?:STREAM|TABLE) IF EXISTS (\w+)/.exec(ksql)?.[1];
    if (dropped !== undefined) return drop(ksql, dropped);
    const terminated = /^TERMINATE (\w+);$/.exec(ksql)?.[1];
    if (terminated !== undefined && queries.delete(terminated))
      return command(ksql, `terminate/${terminated}/execute`, 'Query terminated.');
    return statementError(ksql, `line 1:1: mismatched input '${ksql.split(/\s/)[0]}'`);
  };

  const answer = async (request: IncomingMessage): Promise<Answer> => {
    if (unready > 0) {
      unready -= 1;
      const message = 'KSQL is not yet ready to serve requests.';
      return { status: 503, body: { '@type': 'generic_error', error_code: 50300, message } };
    }
    const path = decodeURI(request.url ?? '');
    if (path === '/info') {
      const info = {
        version: '8.3.0',
        kafkaClusterId: 'k',
        ksqlServiceId: 'default_',
        serverStatus: 'RUNNING',
      };
      return { status: 200, body: { KsqlServerInfo: info } };
    }
    if (path === '/ksql') return execute((await json(request)) as ReceivedStatement);
    const status = commands.get(path.slice('/status/'.length));
    if (status === undefined)
      return {
        status: 404,
        body: { '@type': 'generic_error', error_code: 40400, message: 'Command not found' },
      };
    if (status.left > 0) {
      status.left -= 1;
      return { status: 200, body: { status: 'EXECUTING', message: 'Executing statement' } };
    }
    return { status: 200, body: { status: status.status, message: status.message } };
  };

  const server = createServer((request, response) => {
    answer(request).then(({ status, body }) => {
      response.writeHead(status, { 'content-type': 'application/vnd.ksql.v1+json' });
      response.end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}`,
    received,
    refuse: (words, message) => void refusals.set(words, message),
    failLater: (words, message) => void failures.set(words, message),
    setState: (queryId, state) => {
      const query = queries.get(queryId);
      if (query === undefined) throw new Error(`no query ${queryId}: ${[...queries.keys()].join(', ')}`);
      query.state = state;
    },
    endQuery: (queryId) => void queries.delete(queryId),
    startSlowly: (answers) => {
      unready = answers;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
