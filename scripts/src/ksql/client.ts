import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf, PlatformError } from '@marketing-streams/platform/errors';
import { requestText } from '@marketing-streams/platform/node-http';

/** A stream or table that a server knows. */
export type KsqlSource = {
  readonly name: string;
  readonly type: 'STREAM' | 'TABLE';
  readonly topic: string;
};

/** A query that a server runs for good, what it writes, and how it is (RUNNING, ERROR, …; null where unknown). */
export type KsqlQuery = {
  readonly id: string;
  readonly sinks: readonly string[];
  readonly state: string | null;
};

/** Properties that a statement is run with, e.g. `auto.offset.reset`. */
export type KsqlProperties = Readonly<Record<string, string>>;

/**
 * What is needed of a ksqlDB server. Every call throws KSQLDB_UNAVAILABLE while it cannot be reached or is not up
 * yet, and CONFIG_INVALID with the server's words when it refuses a statement.
 */
export type KsqlClient = {
  /** Passes when the server takes statements. Throws CONFIG_INVALID when something else answers at its address. */
  readonly ready: () => Promise<void>;
  /** Runs a statement and waits for what it came to; gives the server's message. */
  readonly run: (statement: string, properties?: KsqlProperties) => Promise<string>;
  readonly sources: () => Promise<readonly KsqlSource[]>;
  readonly queries: () => Promise<readonly KsqlQuery[]>;
};

export type KsqlClientOptions = {
  /** Base URL; user and password in it become basic authentication. */
  readonly url: string;
  /** How long one request may take; default 60 s: a statement with a query creates topics. */
  readonly timeoutMilliseconds?: number;
  /** How long a statement may be under way on the server; default 60 s. */
  readonly commandMilliseconds?: number;
  /** Pause between questions for a statement under way; default 200 ms. */
  readonly pauseMilliseconds?: number;
};

/** An answer as far as it is used; see "Run a ksqlDB Statement" of ksqlDB's REST API. */
type Entity = {
  readonly commandId?: string;
  readonly commandStatus?: CommandStatus;
  readonly commandSequenceNumber?: number;
  readonly message?: string;
  readonly streams?: readonly { readonly name: string; readonly topic: string }[];
  readonly tables?: readonly { readonly name: string; readonly topic: string }[];
  readonly queries?: readonly {
    readonly id: string;
    readonly sinks?: readonly string[];
    readonly state?: string;
  }[];
};

type CommandStatus = { readonly status: string; readonly message?: string };

const MEDIA_TYPE = 'application/vnd.ksql.v1+json';
const UNDER_WAY = ['QUEUED', 'PARSING', 'EXECUTING', 'RUNNING'];

const refused = (statement: string, words: string): PlatformError =>
  new PlatformError('CONFIG_INVALID', `ksqlDB refuses a statement: ${words.trim()}\n\n${statement}`, {
    details: { statement },
  });

const isRefusal = (status: number): boolean => status >= 400 && status < 500;

/** The server's own words for what went wrong; the whole answer where it has none. */
const wordsOf = (body: unknown, text: string): string => {
  const { message } = (body ?? {}) as { readonly message?: unknown };
  return typeof message === 'string' ? message : text.slice(0, 1_000);
};

/** A client of a ksqlDB server's REST API. */
export const createKsqlClient = ({
  url,
  timeoutMilliseconds = 60_000,
  commandMilliseconds = 60_000,
  pauseMilliseconds = 200,
}: KsqlClientOptions): KsqlClient => {
  const base = new URL(url);
  const authorization =
    base.username === ''
      ? undefined
      : `Basic ${btoa(`${decodeURIComponent(base.username)}:${decodeURIComponent(base.password)}`)}`;
  base.username = '';
  base.password = '';
  const root = base.href.replace(/\/+$/, '');
  let lastCommand: number | undefined;

  const unavailable = (what: string, cause?: unknown): PlatformError =>
    new PlatformError('KSQLDB_UNAVAILABLE', `ksqlDB at ${root}: ${what}`, { cause });

  const wrongAddress = (what: string): PlatformError =>
    new PlatformError('CONFIG_INVALID', `what is at ${root} is no ksqlDB server that lets us in: ${what}`);

  const request = async (method: 'GET' | 'POST', path: string, sent?: unknown) => {
    const { status, text } = await requestText(`${root}${path}`, {
      method,
      headers: {
        accept: `${MEDIA_TYPE}, application/json`,
        'content-type': MEDIA_TYPE,
        ...(authorization === undefined ? {} : { authorization }),
      },
      ...(sent === undefined ? {} : { body: JSON.stringify(sent) }),
      timeoutMilliseconds,
    }).catch((cause: unknown) => {
      throw unavailable(messageOf(cause), cause);
    });
    let body: unknown;
    try {
      body = JSON.parse(text);
    } catch {
      const what = `${method} ${path} answered ${status} with something that is not JSON`;
      throw isRefusal(status) ? wrongAddress(what) : unavailable(what);
    }
    // While it starts or stops it answers 503 to everything.
    if (status === 503) throw unavailable(wordsOf(body, text));
    return { status, body, text };
  };

  const send = async (
    statement: string,
    streamsProperties: KsqlProperties = {},
  ): Promise<readonly Entity[]> => {
    const { status, body, text } = await request('POST', '/ksql', {
      ksql: statement,
      streamsProperties,
      // Statements build on each other: each waits on the server for those before it.
      ...(lastCommand === undefined ? {} : { commandSequenceNumber: lastCommand }),
    });
    if (status !== 200 || !Array.isArray(body)) throw refused(statement, wordsOf(body, text));
    return body as readonly Entity[];
  };

  /** How a command ended: the status in its answer, or asked for until there is one. */
  const ended = async (statement: string, commandId: string, first: CommandStatus): Promise<string> => {
    const started = performance.now();
    let current = first;
    while (UNDER_WAY.includes(current.status)) {
      if (performance.now() - started > commandMilliseconds)
        throw unavailable(`${commandId} is still ${current.status} after ${commandMilliseconds / 1000} s`);
      await sleep(pauseMilliseconds);
      const { status, body, text } = await request('GET', `/status/${encodeURI(commandId)}`);
      if (status !== 200) throw refused(statement, wordsOf(body, text));
      current = body as CommandStatus;
    }
    if (current.status !== 'SUCCESS') throw refused(statement, current.message ?? current.status);
    return current.message ?? '';
  };

  return {
    ready: async () => {
      const { status, body, text } = await request('GET', '/info');
      const info = (body as { readonly KsqlServerInfo?: { readonly serverStatus?: string } }).KsqlServerInfo;
      // A server that is starting refuses connections or answers 503: waiting does not help against the rest.
      if (isRefusal(status)) throw wrongAddress(`GET /info answered ${status}: ${wordsOf(body, text)}`);
      if (status !== 200 || info === undefined) throw unavailable(wordsOf(body, text));
      if ((info.serverStatus ?? 'RUNNING') !== 'RUNNING')
        throw unavailable(`the server is ${info.serverStatus}`);
    },
    run: async (statement, properties) => {
      let words = '';
      for (const { commandId, commandStatus, commandSequenceNumber, message } of await send(
        statement,
        properties,
      )) {
        if (commandId === undefined || commandStatus === undefined) {
          words = message ?? words;
          continue;
        }
        words = await ended(statement, commandId, commandStatus);
        if (commandSequenceNumber !== undefined && commandSequenceNumber >= 0)
          lastCommand = commandSequenceNumber;
      }
      return words;
    },
    sources: async () => {
      const streams = await send('LIST STREAMS;');
      const tables = await send('LIST TABLES;');
      return [
        ...streams
          .flatMap((entity) => entity.streams ?? [])
          .map((source) => ({ ...source, type: 'STREAM' as const })),
        ...tables
          .flatMap((entity) => entity.tables ?? [])
          .map((source) => ({ ...source, type: 'TABLE' as const })),
      ].map(({ name, type, topic }) => ({ name, type, topic }));
    },
    queries: async () =>
      (await send('LIST QUERIES;'))
        .flatMap((entity) => entity.queries ?? [])
        .map(({ id, sinks = [], state = null }) => ({ id, sinks, state })),
  };
};
