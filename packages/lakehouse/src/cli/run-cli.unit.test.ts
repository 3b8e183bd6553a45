import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commitPath } from '../log/log-paths.ts';
import { column } from '../schema/table-schema.ts';
import { type TemporaryTables, temporaryTables } from '../testing/temporary-tables.ts';
import { runCli } from './run-cli.ts';

let tables: TemporaryTables;

beforeAll(async () => {
  tables = await temporaryTables();
  await tables.openAppend({ path: join(tables.folder, 'silver/orders') });
});

afterAll(() => tables.remove());

describe('runCli', () => {
  it.each([
    [['silver.nope'], 1, /^there is no table silver.nope: there are silver.orders$/],
    [['./nowhere', 'files'], 1, /^there is no table .\/nowhere/],
    [
      ['silver.orders', 'describe', '--version', '99'],
      1,
      /there is no version 99; versions 0 to 0 can be read/,
    ],
    [['query', 'SELEC 1'], 1, /Parser Error/],
    [['silver.orders', 'drop'], 2, /unknown command drop; there are describe/],
    [['silver.orders', 'history', '--dry-run'], 2, /history has no option --dry-run/],
    [['silver.orders', '--nope'], 2, /Unknown option '--nope'\n/],
    [['silver.orders', 'files', 'more'], 2, /files takes no more/],
    [['history'], 2, /history of which table/],
    [['query'], 2, /query takes one SQL text/],
    [['silver.orders', 'history', '--limit', 'x'], 2, /--limit x: expected a whole number/],
    [['silver.orders', 'preview', '--columns', 'x'], 2, /there is no column x; there are id, value/],
    [['silver.orders', 'files', '--timestamp', 'soon'], 2, /--timestamp soon: expected a moment/],
    [['silver.orders', 'vacuum', '--retention', '2'], 2, /--retention 2: expected a number and a unit/],
  ])('ends %j with code %i', async (args, code, message) => {
    const ended = await runCli(['--delta-dir', tables.folder, ...args], { width: 80, progress: () => {} });
    expect(ended).toEqual({ code, output: expect.stringMatching(message) });
    expect(ended.output.includes('--help')).toBe(code === 2);
  });

  it('shows no control characters of a table to the terminal', async () => {
    const path = join(tables.folder, 'silver/odd');
    await tables.openAppend({ path, schema: [column.string('a\u001b[2Jb')] });
    for (const command of ['describe', 'preview']) {
      const { code, output } = await runCli(['--delta-dir', tables.folder, 'silver.odd', command], {
        width: 80,
        progress: () => {},
      });
      expect(code).toBe(0);
      expect(output).toContain('a\ufffd[2Jb');
    }
    await rm(path, { recursive: true });
  });

  it('tells the files of a compaction by delta-rs', async () => {
    const path = join(tables.folder, 'silver/theirs');
    await tables.openAppend({ path });
    const operationMetrics = { numFilesAdded: 2, numFilesRemoved: 4 };
    await writeFile(
      join(path, commitPath(1)),
      JSON.stringify({ commitInfo: { timestamp: 1, operation: 'OPTIMIZE', operationMetrics } }),
    );
    const { output } = await runCli(['--delta-dir', tables.folder, 'silver.theirs', 'history'], {
      width: 80,
      progress: () => {},
    });
    expect(output).toMatch(/OPTIMIZE +\+2 -4/);
    await rm(path, { recursive: true });
  });
});
