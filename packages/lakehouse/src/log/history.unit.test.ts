import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readTable } from '../read-table.ts';
import { type TemporaryTables, temporaryTables } from '../testing/temporary-tables.ts';
import { commitPath } from './log-paths.ts';

let tables: TemporaryTables;

beforeEach(async () => {
  tables = await temporaryTables();
});

afterEach(() => tables.remove());

describe('a table’s history', { timeout: 30_000 }, () => {
  it('tells operations with their parameters and metrics, newest first', async () => {
    const table = await tables.openAppend();
    await table.append([{ id: 'a' }, { id: 'b' }]);
    await table.append([{ id: 'c' }]);
    const history = await table.history();
    expect(history.map(({ version, operation }) => [version, operation])).toEqual([
      [2, 'WRITE'],
      [1, 'WRITE'],
      [0, 'CREATE TABLE'],
    ]);
    expect(history[1]).toMatchObject({
      operationParameters: { mode: 'Append' },
      operationMetrics: { numOutputRows: '2' },
    });
    expect((await table.history(2)).map(({ version }) => version)).toEqual([2, 1]);
    expect(await table.history(0)).toEqual([]);
    const former = await readTable({ path: join(tables.folder, 'table'), version: 1 });
    expect((await former.history()).map(({ version }) => version)).toEqual([1, 0]);
  });

  it('gives the moments by which time travel finds the versions', async () => {
    const table = await tables.openAppend();
    for (let number = 1; number <= 4; number++) await table.append([{ id: `row-${number}` }]);
    for (const [version, time] of [5000, 3000, 4000, 4000, 9000].entries()) {
      const path = join(tables.folder, 'table', commitPath(version));
      await utimes(path, time / 1000, time / 1000);
    }
    const history = await table.history();
    expect(history.map(({ timestamp }) => timestamp)).toEqual([9000, 5003, 5002, 5001, 5000]);
    for (const { version, timestamp } of history) {
      const then = await readTable({ path: join(tables.folder, 'table'), timestamp });
      expect(then.version()).toBe(version);
    }
  });
});
