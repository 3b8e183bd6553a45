import { readdirSync, readFileSync } from 'node:fs';
import { TOPICS } from '@marketing-streams/contracts/topics';
import { describe, expect, it } from 'vitest';
import { parseStatements } from './statements.ts';

const KSQL = new URL('../../../ksql/', import.meta.url);

const files = readdirSync(KSQL)
  .filter((file) => file.endsWith('.sql'))
  .sort();

describe('parseStatements', () => {
  it('cuts at semicolons that are in no text, name or comment, and leaves comments out', () => {
    const text = [
      "-- one; two 'three",
      "SET 'auto.offset.reset' = 'earliest';",
      '',
      '/* four;',
      ' */',
      "create table if not exists t WITH (KAFKA_TOPIC = 'it''s; -- x') AS",
      'SELECT a FROM b;',
      "INSERT INTO s WITH (QUERY_ID = 'q_1') SELECT ';' AS `;`, a -- b;",
      'FROM t EMIT CHANGES;',
    ].join('\n');
    const [set, create, insert, ...more] = parseStatements('a.sql', text);
    expect(more).toEqual([]);
    expect(set).toMatchObject({ kind: 'set', property: 'auto.offset.reset', value: 'earliest', line: 2 });
    expect(create).toMatchObject({ kind: 'create', type: 'TABLE', name: 'T', filled: true, line: 6 });
    expect(insert).toMatchObject({ kind: 'insert', into: 'S', queryId: 'Q_1' });
    expect(insert?.text).toBe(
      "INSERT INTO s WITH (QUERY_ID = 'q_1') SELECT ';' AS `;`, a\nFROM t EMIT CHANGES;",
    );
  });

  it.each([
    ['a statement that a second time would refuse', "CREATE STREAM s (a INT) WITH (KAFKA_TOPIC = 't');"],
    ['one without a topic of its own', 'CREATE STREAM IF NOT EXISTS s AS SELECT * FROM t;'],
    ['a query without an id', 'INSERT INTO s SELECT * FROM t;'],
    ['one without an end', "CREATE STREAM IF NOT EXISTS s (a INT) WITH (KAFKA_TOPIC = 't')"],
    ['anything else', 'DROP STREAM s;'],
  ])('refuses %s, naming file and line', (_, text) => {
    expect(() => parseStatements('a.sql', `\n\n${text}`)).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringMatching(/^a\.sql:3: /) }),
    );
  });
});

describe('the files of ksql/', () => {
  const statements = files.flatMap((file) =>
    parseStatements(file, readFileSync(new URL(file, KSQL), 'utf8')),
  );
  const created = statements.filter((statement) => statement.kind === 'create');

  it('are numbered, and begin at the earliest record', () => {
    for (const file of files) {
      expect(file).toMatch(/^\d\d-[a-z-]+\.sql$/);
      expect(statements.find((statement) => statement.file === file)).toMatchObject({
        kind: 'set',
        property: 'auto.offset.reset',
        value: 'earliest',
      });
    }
  });

  it('use topics of the catalogue, or of their own that a statement before them filled', () => {
    const filled = new Set<string>();
    for (const { topic, filled: fills, name } of created) {
      if (fills && topic.startsWith('ksql.')) filled.add(topic);
      else expect([topic in TOPICS || filled.has(topic), name]).toEqual([true, name]);
    }
  });

  it('fill the topics that the live aggregation owns, each once', () => {
    const outputs = created.filter(({ filled, topic }) => filled && topic in TOPICS);
    expect(outputs.map(({ topic }) => topic).sort()).toEqual([
      'dom.customer.consolidated.v1',
      'dom.segment.materialized.v1',
      'results',
    ]);
  });

  it('create each name and query once', () => {
    const names = statements.flatMap((statement) =>
      statement.kind === 'create' ? statement.name : statement.kind === 'insert' ? statement.queryId : [],
    );
    expect(new Set(names).size).toBe(names.length);
  });
});
