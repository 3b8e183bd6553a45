import { describe, expect, it } from 'vitest';
import type { Catalogue } from './catalogue.ts';
import { checkStatement } from './check-statement.ts';
import { parseStatements } from './parse-statement.ts';

const SOURCES = `
  CREATE STREAM s (k STRING KEY, a STRING, n INT, b BIGINT, d DOUBLE, m DECIMAL(18, 2), t TIMESTAMP, f BOOLEAN)
    WITH (KAFKA_TOPIC = 's', VALUE_FORMAT = 'JSON');
  CREATE STREAM s2 (k STRING KEY, a STRING) WITH (KAFKA_TOPIC = 's2', VALUE_FORMAT = 'JSON');
  CREATE TABLE t1 (id STRING PRIMARY KEY, v BIGINT, \`w\` DECIMAL(18, 2))
    WITH (KAFKA_TOPIC = 't1', VALUE_FORMAT = 'JSON');
  CREATE TABLE t2 (id STRING PRIMARY KEY, v BIGINT) WITH (KAFKA_TOPIC = 't2', VALUE_FORMAT = 'JSON');
  CREATE TABLE t3 (id BIGINT PRIMARY KEY, v BIGINT) WITH (KAFKA_TOPIC = 't3', VALUE_FORMAT = 'JSON');
`;

const check = (sql: string): Catalogue =>
  parseStatements(SOURCES + sql).reduce(
    (catalogue, statement) => checkStatement(statement, catalogue),
    new Map() as Catalogue,
  );

/** A table of one more column, grouped by the key. */
const grouped = (column: string): string => `CREATE TABLE o AS SELECT k, ${column} AS c FROM s GROUP BY k;`;
const selected = (column: string): string => `CREATE STREAM o AS SELECT k, ${column} AS c FROM s;`;

describe('what ksqlDB takes', () => {
  it.each([
    selected('COALESCE(b, CAST(0 AS BIGINT))'),
    selected('COALESCE(d, 0E0)'),
    selected('CASE WHEN b > 0 THEN d / CAST(b AS DOUBLE) ELSE 0E0 END'),
    selected('CASE WHEN m > 5000.00 AND NOT (n = 1 OR f = TRUE) THEN 1 END'),
    selected("ARRAY_REMOVE(ARRAY[CASE WHEN f = FALSE THEN 'x' ELSE '' END], '')"),
    selected("a IN ('x', 'y')"),
    selected('FROM_UNIXTIME(ROWTIME)'),
    grouped('SUM(CASE WHEN n = 1 THEN m ELSE CAST(0 AS DECIMAL(18, 2)) END)'),
    grouped('LATEST_BY_OFFSET(f)'),
    'CREATE TABLE o AS SELECT id, v + 1 AS c FROM t1;',
    'CREATE TABLE o AS SELECT v, SUM(`w`) AS c FROM t1 GROUP BY v;',
    'CREATE TABLE o AS SELECT t1.id AS id, t2.v AS v FROM t1 LEFT JOIN t2 ON t1.id = t2.id EMIT CHANGES;',
    'CREATE TABLE o AS SELECT k, AS_VALUE(k) AS kk, WINDOWSTART AS ws, COUNT(*) AS c FROM s WINDOW TUMBLING (SIZE 1 MINUTE) GROUP BY k EMIT FINAL;',
    "CREATE STREAM o WITH (KEY_FORMAT = 'JSON') AS SELECT STRUCT(`a` := a) AS x, n FROM s PARTITION BY STRUCT(`a` := s.a);",
    'CREATE STREAM o AS SELECT a, n FROM s PARTITION BY a; INSERT INTO o SELECT a, n FROM s PARTITION BY a;',
  ])('%s', (sql) => {
    expect(check(sql).get('O')).toBeDefined();
  });

  it('gives columns their types', () => {
    const { key, value } = check(
      "CREATE TABLE o WITH (KEY_FORMAT = 'JSON') AS SELECT k, a, SUM(m) AS `m`, COUNT(*) AS n, MAX(n) AS x FROM s GROUP BY k, a;",
    ).get('O')!;
    expect(key.map(({ name }) => name)).toEqual(['K', 'A']);
    expect(value).toEqual([
      { name: 'm', type: { precision: 18, scale: 2 } },
      { name: 'N', type: 'BIGINT' },
      { name: 'X', type: 'INTEGER' },
    ]);
  });
});

/** The list of `facts`: what looks plausible and is rejected by the server. */
describe('what ksqlDB rejects', () => {
  it.each([
    [selected('IFNULL(d, 0)'), 'IFNULL'],
    [selected('IFNULL(d, 0.0)'), 'IFNULL'],
    [selected('COALESCE(b, 0)'), 'COALESCE'],
    [selected('CASE WHEN f = TRUE THEN d ELSE 0 END'), 'branches of CASE'],
    [selected('CASE WHEN f = TRUE THEN d ELSE 0.0 END'), 'branches of CASE'],
    [selected('CASE WHEN f = TRUE THEN b ELSE 0 END'), 'branches of CASE'],
    [selected('CASE WHEN f = TRUE THEN CAST(1 AS DECIMAL(10, 2)) ELSE 0.00 END'), 'branches of CASE'],
    [grouped('AVG(m)'), 'AVG'],
    [grouped('MAX(f)'), 'MAX'],
    ['CREATE TABLE o AS SELECT k, a, COUNT(*) AS c FROM s GROUP BY k, a;', 'single key column'],
    ['CREATE TABLE o AS SELECT COUNT(*) AS c FROM s GROUP BY k;', 'every key column'],
    ['CREATE TABLE o AS SELECT v AS c FROM t1;', 'every key column'],
    ['CREATE TABLE o AS SELECT k FROM s GROUP BY k;', 'needs an aggregate'],
    [
      'CREATE TABLE o AS SELECT v, LATEST_BY_OFFSET(`w`) AS c FROM t1 GROUP BY v;',
      'cannot be asked of a table',
    ],
    [
      'CREATE TABLE o AS SELECT t1.id AS id, t2.v AS v FROM t1 LEFT JOIN t2 ON t1.id = t2.id EMIT FINAL;',
      'EMIT FINAL needs a window',
    ],
    [
      'CREATE TABLE o AS SELECT t1.id AS id, t3.v AS v FROM t1 LEFT JOIN t3 ON t1.id = t3.id;',
      'different types',
    ],
    ["CREATE TABLE o (id STRING, v INT) WITH (KAFKA_TOPIC = 'o', VALUE_FORMAT = 'JSON');", 'PRIMARY KEY'],
  ])('%s', (sql, message) => {
    expect(() => check(sql)).toThrow(message);
  });
});

describe('mistakes of ours', () => {
  it.each([
    ['CREATE STREAM o AS SELECT k, w AS c FROM t1;', 'no column K'],
    ['CREATE TABLE o AS SELECT id, w AS c FROM t1;', 'no column W, only ID, V, w'],
    ['CREATE STREAM o AS SELECT k, a FROM nowhere;', 'no stream or table NOWHERE yet'],
    ['CREATE STREAM o AS SELECT id, v FROM t1;', 'the query gives a TABLE'],
    ['CREATE TABLE o AS SELECT k, a FROM s;', 'the query gives a STREAM'],
    ['CREATE TABLE o AS SELECT k, a, COUNT(*) AS c FROM s GROUP BY k;', 'neither grouped by'],
    ['CREATE TABLE o AS SELECT id, id AS c FROM t1;', 'key column is there twice'],
    ['CREATE STREAM o AS SELECT k, a, n AS a FROM s;', 'two columns are named A'],
    ['CREATE STREAM o AS SELECT k, n + 1 FROM s;', 'needs a name'],
    ['CREATE STREAM o AS SELECT k, a FROM s WHERE n;', 'WHERE needs a BOOLEAN'],
    ["CREATE STREAM o AS SELECT k, a FROM s WHERE n = 'x';", 'cannot compare INTEGER = STRING'],
    ['CREATE STREAM o AS SELECT k, a FROM s WHERE a = NULL;', 'nothing compares with NULL'],
    ['CREATE STREAM o AS SELECT k, SUM(n) AS c FROM s;', 'SUM needs GROUP BY'],
    ['CREATE STREAM s AS SELECT k, a FROM s2;', 'there is a S already'],
    ["CREATE STREAM o WITH (TIMESTAMP = 'A') AS SELECT k, a FROM s;", 'TIMESTAMP names A'],
    ["CREATE STREAM o WITH (VALUE_FORMT = 'JSON') AS SELECT k, a FROM s;", 'does not take VALUE_FORMT'],
    [
      'CREATE STREAM o AS SELECT a, n FROM s PARTITION BY a; INSERT INTO o SELECT a, b FROM s PARTITION BY a;',
      'O has',
    ],
    [
      "CREATE STREAM o WITH (KAFKA_TOPIC = 'o') AS SELECT k, n FROM s; CREATE STREAM p (n BIGINT) WITH (KAFKA_TOPIC = 'o', VALUE_FORMAT = 'JSON');",
      'writes N as INTEGER, not BIGINT',
    ],
    ['CREATE STREAM o AS SELECT k, a AS select FROM s;', 'the word needs back-quotes'],
    ['CREATE STREAM o AS SELECT k, a FROM s', 'expected ;, found the end'],
    ['CREATE STREAM o AS SELECT k, a, FROM s;', 'expected an expression'],
    ["CREATE STREAM o AS SELECT k, 'a FROM s;", 'cannot read'],
    ['DROP STREAM s;', 'expected CREATE, INSERT INTO or SET'],
  ])('%s', (sql, message) => {
    expect(() => check(sql)).toThrow(message);
  });

  it('are found at their line', () => {
    expect(() => check('\nCREATE STREAM o AS\nSELECT k,\n  x\nFROM s;')).toThrow(
      /^line 12: there is no column X/,
    );
  });
});
