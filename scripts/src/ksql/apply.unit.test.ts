import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { applyStatements, type KsqlOutcome } from './apply.ts';
import { createKsqlClient } from './client.ts';
import { parseStatements } from './statements.ts';
import { type KsqldbServer, startKsqldbServer } from './testing/ksqldb-server.ts';

const STATEMENTS = (digest: string): string => `
SET 'auto.offset.reset' = 'earliest';
CREATE STREAM IF NOT EXISTS inputs (a VARCHAR) WITH (KAFKA_TOPIC = 'dom.order.placed.v1', VALUE_FORMAT = 'AVRO');
CREATE STREAM IF NOT EXISTS seen WITH (KAFKA_TOPIC = 'ksql.seen', VALUE_FORMAT = 'JSON') AS SELECT a FROM inputs EMIT CHANGES;
INSERT INTO seen WITH (QUERY_ID = 'seen_too') SELECT a FROM inputs EMIT CHANGES;
CREATE TABLE IF NOT EXISTS customers_${digest}
WITH (KAFKA_TOPIC = 'dom.customer.consolidated.v1', VALUE_FORMAT = 'JSON') AS SELECT a FROM seen GROUP BY a EMIT CHANGES;
CREATE TABLE IF NOT EXISTS segments_${digest}
WITH (KAFKA_TOPIC = 'dom.segment.materialized.v1', VALUE_FORMAT = 'AVRO', VALUE_AVRO_SCHEMA_FULL_NAME = 'n.S')
AS SELECT a FROM customers_${digest} EMIT CHANGES;
`;

let server: KsqldbServer;
let outcomes: KsqlOutcome[];

const apply = async (digest = '0a1b2c3d', replace = false): Promise<readonly string[]> => {
  outcomes = [];
  const client = createKsqlClient({ url: server.url, pauseMilliseconds: 1 });
  await applyStatements(client, parseStatements('a.sql', STATEMENTS(digest)), {
    replace,
    schemaId: async (topic) => (topic === 'dom.segment.materialized.v1' ? 7 : null),
    report: (outcome) => outcomes.push(outcome),
  });
  return outcomes.map(({ what, result }) => `${what}: ${result}`);
};

const sent = (): readonly string[] => server.received.map(({ ksql }) => ksql.split(' WITH')[0] ?? '');

beforeEach(async () => {
  server = await startKsqldbServer();
});
afterEach(() => server.close());

describe('applyStatements', () => {
  it('creates everything in order, from the earliest record, each statement after those before it', async () => {
    expect(await apply()).toEqual([
      'stream inputs: created',
      'stream seen: created',
      'query seen_too: created',
      'table customers_0a1b2c3d: created',
      'table segments_0a1b2c3d: created',
    ]);
    expect(server.received.map(({ commandSequenceNumber }) => commandSequenceNumber)).toEqual([
      undefined,
      0,
      1,
      2,
      3,
    ]);
    for (const { streamsProperties } of server.received)
      expect(streamsProperties).toEqual({ 'auto.offset.reset': 'earliest' });
  });

  it('has values under the name of a contract written with the contract', async () => {
    await apply();
    expect(server.received.at(-1)?.ksql).toContain(
      "VALUE_AVRO_SCHEMA_FULL_NAME = 'n.S', VALUE_SCHEMA_ID = 7)",
    );
  });

  it('changes nothing the second time', async () => {
    await apply();
    const before = server.received.length;
    expect(new Set((await apply()).map((line) => line.split(': ')[1]))).toEqual(new Set(['there already']));
    expect(server.received.length).toBe(before);
  });

  it('starts a query that is not there any more, and nothing else', async () => {
    await apply();
    server.endQuery('SEEN_TOO');
    expect((await apply()).filter((line) => line.endsWith(': created'))).toEqual(['query seen_too: created']);
  });

  it('replaces tables of former rules, readers first, and keeps their topics', async () => {
    await apply('0a1b2c3d');
    const before = server.received.length;
    expect(await apply('ffffffff')).toEqual([
      'table segments_0a1b2c3d: dropped',
      'table customers_0a1b2c3d: dropped',
      'stream inputs: there already',
      'stream seen: there already',
      'query seen_too: there already',
      'table customers_ffffffff: created',
      'table segments_ffffffff: created',
    ]);
    expect(sent().slice(before, before + 4)).toEqual([
      'TERMINATE CTAS_SEGMENTS_0A1B2C3D_3;',
      'DROP TABLE IF EXISTS SEGMENTS_0A1B2C3D;',
      'TERMINATE CTAS_CUSTOMERS_0A1B2C3D_2;',
      'DROP TABLE IF EXISTS CUSTOMERS_0A1B2C3D;',
    ]);
  });

  it('begins anew on demand, with the topics that only ksqlDB uses, but never without those that others know', async () => {
    await apply();
    const before = server.received.length;
    const lines = await apply('0a1b2c3d', true);
    expect(lines.filter((line) => line.endsWith('dropped')).length).toBe(4);
    expect(lines.filter((line) => line.endsWith('created')).length).toBe(5);
    expect(
      sent()
        .slice(before)
        .filter((text) => text.startsWith('DROP')),
    ).toEqual([
      'DROP TABLE IF EXISTS SEGMENTS_0A1B2C3D;',
      'DROP TABLE IF EXISTS CUSTOMERS_0A1B2C3D;',
      'DROP STREAM IF EXISTS SEEN DELETE TOPIC;',
      'DROP STREAM IF EXISTS INPUTS;',
    ]);
  });

  it.each([
    ['refused at once', 'refuse'],
    ['refused while it is carried out', 'failLater'],
  ] as const)('stops at a statement that is %s, with the words of the server', async (_, how) => {
    server[how]('TABLE IF NOT EXISTS customers', 'line 3:1: GROUP BY requires a sink');
    await expect(apply()).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining(
        'a.sql:6: ksqlDB refuses a statement: line 3:1: GROUP BY requires a sink\n\nCREATE TABLE IF NOT EXISTS customers',
      ),
    });
    expect(outcomes.map(({ what }) => what)).toEqual(['stream inputs', 'stream seen', 'query seen_too']);
    expect(sent().at(-1)).toContain('customers');
  });

  it('says when a table is there without the query that fills it', async () => {
    await apply();
    server.endQuery('CSAS_SEEN_0');
    server.endQuery('SEEN_TOO');
    await expect(apply()).rejects.toThrow(
      'SEEN is there, but no query fills it any more; make ksql REPLACE=1',
    );
  });

  it('names queries that stopped', async () => {
    await apply();
    server.setState('SEEN_TOO', 'ERROR');
    await expect(apply()).rejects.toThrow('queries that stopped with an error: SEEN_TOO');
  });
});

describe('createKsqlClient', () => {
  it('tells a server that is starting from one that is up', async () => {
    server.startSlowly(1);
    const client = createKsqlClient({ url: server.url });
    await expect(client.ready()).rejects.toMatchObject({
      code: 'KSQLDB_UNAVAILABLE',
      message: expect.stringContaining('not yet ready'),
    });
    await client.ready();
  });

  it('says which server is away', async () => {
    const { url } = server;
    await server.close();
    await expect(createKsqlClient({ url }).ready()).rejects.toMatchObject({
      code: 'KSQLDB_UNAVAILABLE',
      message: expect.stringContaining(`ksqlDB at ${url}: connect ECONNREFUSED`),
    });
    server = await startKsqldbServer();
  });

  it.each([
    [404, '{"error":{"message":"there is nothing at /info"}}'],
    [404, '<html>Not found</html>'],
    [401, '{"message":"who are you"}'],
  ])('does not wait for what is no ksqlDB server: %i %s', async (status, text) => {
    const other = createServer((_, response) => response.writeHead(status).end(text));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    await expect(createKsqlClient({ url: `http://127.0.0.1:${port}` }).ready()).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining(`/info answered ${status}`),
    });
    await new Promise((resolve) => other.close(resolve));
  });

  it('takes a warning in place of a command for an answer', async () => {
    const statement = "CREATE STREAM IF NOT EXISTS s (a INT) WITH (KAFKA_TOPIC = 't');";
    const client = createKsqlClient({ url: server.url, pauseMilliseconds: 1 });
    await client.run(statement);
    expect(await client.run(statement)).toContain('already exists');
  });

  it('does not wait for a command for ever', async () => {
    const client = createKsqlClient({ url: server.url, pauseMilliseconds: 1, commandMilliseconds: -1 });
    await expect(
      client.run("CREATE STREAM IF NOT EXISTS s (a INT) WITH (KAFKA_TOPIC = 't');"),
    ).rejects.toThrow('stream/`S`/create is still QUEUED');
  });
});
