import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TemporaryTables, temporaryTables } from '../testing/temporary-tables.ts';
import { openLakehouse } from './open-lakehouse.ts';
import type { Lakehouse, QueryParameter } from './query-types.ts';

let tables: TemporaryTables;
let lakehouse: Lakehouse;

beforeAll(async () => {
  tables = await temporaryTables();
  lakehouse = openLakehouse({ deltaDir: tables.folder, threads: 1, memoryLimit: '64MB' });
});

afterAll(async () => {
  await lakehouse.close();
  await tables.remove();
});

const rowsOf = async (sql: string, parameters?: readonly QueryParameter[]) =>
  (await lakehouse.query(sql, parameters)).rows;

describe('limits, parameters and errors of queries', () => {
  it('gives no more rows than asked for', async () => {
    const rows = (maxRows?: number) =>
      lakehouse.query('SELECT range AS n FROM range(20_000)', [], maxRows === undefined ? {} : { maxRows });
    expect(await rows(3)).toMatchObject({ rows: [{ n: 0 }, { n: 1 }, { n: 2 }], truncated: true });
    expect((await rows()).rows).toHaveLength(10_000);
    expect(await rows(20_000)).toMatchObject({ truncated: false, rows: { length: 20_000 } });
  });

  it('takes parameters of every type, by position and by name', async () => {
    expect(
      await rowsOf('SELECT ? AS a, ? AS b, ? AS c, ? AS d, ? AS e, ? AS f, ? AS g', [
        null,
        true,
        1.5,
        2n ** 70n,
        'x',
        new Date(0),
        Buffer.from('x'),
      ]),
    ).toEqual([
      { a: null, b: true, c: 1.5, d: String(2n ** 70n), e: 'x', f: '1970-01-01T00:00:00.000Z', g: 'eA==' },
    ]);
    const { rows } = await lakehouse.query('SELECT range AS n FROM range($from, 9) LIMIT $count', {
      from: 4,
      count: 2,
    });
    expect(rows).toEqual([{ n: 4 }, { n: 5 }]);
    await expect(rowsOf('SELECT ?')).rejects.toMatchObject({ code: 'VALUE_INVALID' });
    await expect(rowsOf('SELECT 1', [1])).rejects.toMatchObject({ code: 'VALUE_INVALID' });
  });

  it('stops a query when its signal says so, also one that waits, and goes on', async () => {
    const endless =
      'SELECT count(*) FROM range(1_000_000_000) a, range(1000) b WHERE hash(a.range, b.range) % 7 = 3';
    const signal = AbortSignal.timeout(100);
    const stopped = await Promise.allSettled([1, 2, 3].map(() => lakehouse.query(endless, [], { signal })));
    for (const query of stopped) expect(query).toMatchObject({ reason: { name: 'TimeoutError' } });
    expect(await rowsOf('SELECT 1 AS n')).toEqual([{ n: 1 }]);
  });

  it('spills to disk what does not fit into memory, though no file of a store was copied before', async () => {
    const spilling = openLakehouse({ deltaDir: tables.folder, threads: 1, memoryLimit: '32MB' });
    try {
      const sorted = 'SELECT n FROM range(1_500_000) t(n) ORDER BY hash(n), n';
      expect((await spilling.query(`SELECT count(*) AS n FROM (${sorted} OFFSET 1)`)).rows).toEqual([
        { n: 1_499_999 },
      ]);
    } finally {
      await spilling.close();
    }
  }, 30_000);

  it('says what is wrong with SQL and with values', async () => {
    await tables.openAppend({ path: join(tables.folder, 'silver/orders') });
    for (const [sql, message] of [
      [
        'SELECT nope FROM silver.orders',
        /Binder Error: Referenced column "nope" not found.*\n.*"(id|value)".*\n\nLINE 1: SELECT nope/s,
      ],
      ["SELECT 'x'::INTEGER", /Conversion Error/],
      ['SELECT unknown_function(1)', /Catalog Error/],
      ['SELECT list(range) FROM range(1_000_000_000)', /Out of Memory Error/],
    ] as const)
      await expect(rowsOf(sql)).rejects.toMatchObject({
        code: 'VALUE_INVALID',
        message: expect.stringMatching(message),
        details: { field: 'sql' },
      });
  });
});
