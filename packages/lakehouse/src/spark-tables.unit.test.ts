import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readTable } from './read-table.ts';
import type { Row } from './schema/table-schema.ts';
import { inOrder, plainRows } from './testing/plain-rows.ts';

/** Tables that Spark wrote, and what Spark read from them; see the README there. */
const FOLDER = fileURLToPath(new URL('../fixtures/spark/', import.meta.url));

const TABLES = readdirSync(FOLDER, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

/** Rows by version, the newest as `newest`. */
type Expected = Readonly<Record<string, readonly Row[]>>;

const rowsAt = async (table: string, version: string): Promise<readonly Row[]> => {
  const view = await readTable({
    path: `${FOLDER}${table}`,
    ...(version === 'newest' ? {} : { version: Number(version) }),
  });
  const rows: Row[] = [];
  for await (const row of view.scanRows()) rows.push(row);
  // Spark does not show void columns.
  return plainRows(
    view.schema.filter((column) => column.type !== 'void'),
    rows,
  );
};

describe('a table of Spark', () => {
  it.each(TABLES)('is read as Spark reads it: %s', async (table) => {
    const expected = JSON.parse(await readFile(`${FOLDER}${table}/expected.json`, 'utf8')) as Expected;
    for (const [version, rows] of Object.entries(expected)) {
      expect(rows.length).toBeGreaterThan(0);
      expect(inOrder(await rowsAt(table, version))).toEqual(inOrder(rows));
    }
  });

  it('is there for each of the features that matter', () => {
    expect(TABLES).toEqual(
      expect.arrayContaining(['deletion-vectors', 'every-type', 'optimized', 'v2-checkpoint-json']),
    );
  });
});
