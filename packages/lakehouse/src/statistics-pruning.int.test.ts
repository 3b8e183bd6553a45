import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { microsecondsOf } from './parquet/calendar.ts';
import { decimalText } from './parquet/file-statistics.ts';
import { type ColumnType, column, type Row, type TableSchema } from './schema/table-schema.ts';
import { openTable } from './table.ts';
import { ANY_SCHEMA, anyRow } from './testing/any-rows.ts';
import { plainRows } from './testing/plain-rows.ts';
import { preparePython, runPython } from './testing/python-environment.ts';

const FILES = 6;

/** Every query over the table with statistics and over its twin without; the numbers of the rows each gives. */
const QUERY_BOTH = `
import json, sys
from deltalake import DeltaTable, QueryBuilder
request = json.load(sys.stdin)
builders = [QueryBuilder().register("t", DeltaTable(path)) for path in request["paths"]]
answers = []
for where in request["wheres"]:
    results = [b.execute(f'select number from t where {where} order by number').read_all() for b in builders]
    answers.append([result.column("number").to_pylist() for result in results])
actions = DeltaTable(request["paths"][0]).get_add_actions(flatten=True)
named = {name: actions.column(name).to_pylist() for name in actions.column_names if name in ("min.big", "max.big", "min.number", "max.number", "null_count.text")}
json.dump({"answers": answers, "actions": {name: [None if v is None else str(v) for v in values] for name, values in named.items()}}, sys.stdout)
`;

/** The SQL literal of a value as DataFusion understands it; null for types that are not compared. */
const literal = (type: ColumnType, value: unknown): string | null => {
  switch (type.type) {
    case 'string':
      return `'${(value as string).replaceAll("'", "''")}'`;
    case 'byte':
    case 'short':
    case 'int':
    case 'long':
      return `arrow_cast('${value}', 'Int64')`;
    case 'float':
    case 'double':
      return `arrow_cast('${value}', '${type.type === 'float' ? 'Float32' : 'Float64'}')`;
    case 'decimal':
      return `arrow_cast('${decimalText(value as number | bigint, type.scale)}', 'Decimal128(${type.precision}, ${type.scale})')`;
    case 'date':
      return `date '${value}'`;
    case 'timestamp':
      return `arrow_cast(arrow_cast(${microsecondsOf(value)}, 'Timestamp(Microsecond, None)'), 'Timestamp(Microsecond, Some("UTC"))')`;
    case 'timestampNtz':
      return `arrow_cast(${microsecondsOf(value)}, 'Timestamp(Microsecond, None)')`;
    default:
      return null;
  }
};

/** Conditions that a row fulfils or just misses, for each of its values. */
const conditions = function* (columns: TableSchema, row: Row, prefix = ''): Generator<string> {
  for (const type of columns) {
    const value = row[type.name];
    const name = prefix === '' ? `"${type.name}"` : `${prefix}['${type.name}']`;
    if (value === null || value === undefined) {
      if (prefix === '') yield `${name} is null`;
    } else if (type.type === 'struct') yield* conditions(type.fields, value as Row, name);
    else {
      const text = literal(type, value);
      if (text === null) continue;
      yield `${name} = ${text}`;
      yield `${name} > ${text}`;
      yield `${name} <= ${text}`;
    }
  }
};

const withoutStatistics = async (path: string): Promise<string> => {
  const twin = `${path}-without-statistics`;
  await cp(path, twin, { recursive: true });
  for (const name of await readdir(join(twin, '_delta_log'))) {
    const commit = join(twin, '_delta_log', name);
    const lines = (await readFile(commit, 'utf8')).trimEnd().split('\n');
    const stripped = lines.map((line) => {
      const action = JSON.parse(line) as { add?: { stats?: string } };
      if (action.add !== undefined) delete action.add.stats;
      return JSON.stringify(action);
    });
    await writeFile(commit, `${stripped.join('\n')}\n`);
  }
  return twin;
};

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'statistics-pruning-'));
  await preparePython();
}, 300_000);

afterAll(() => rm(folder, { recursive: true }));

describe('statistics', { timeout: 120_000 }, () => {
  it('never make delta-rs leave out a row that a query asks for', async () => {
    let number = 0;
    let run = 0;
    const file = fc.array(anyRow({ finite: true }), { minLength: 1, maxLength: 4 });
    const schema = [column.int('number', { nullable: false }), ...ANY_SCHEMA];
    await fc.assert(
      fc.asyncProperty(fc.array(file, { minLength: FILES, maxLength: FILES }), async (files) => {
        const path = join(folder, `table-${run++}`);
        const table = await openTable({ path, name: 'statistics', schema, kind: 'append' });
        const written = files.map((rows) => rows.map((row): Row => ({ number: number++, ...row })));
        for (const rows of written) await table.append(rows);
        await table.close();
        const wheres = written.flatMap((rows) => [...conditions(schema, rows[0]!)]);
        const paths = [path, await withoutStatistics(path)];
        const { answers, actions } = (await runPython({ code: QUERY_BOTH }, { paths, wheres })) as {
          readonly answers: readonly (readonly [readonly number[], readonly number[]])[];
          readonly actions: Readonly<Record<string, readonly (string | null)[]>>;
        };
        const wrong = wheres.filter((_, index) => `${answers[index]![0]}` !== `${answers[index]![1]}`);
        expect(wrong).toEqual([]);
        expect(answers.some(([numbers]) => numbers.length > 0)).toBe(true);
        for (const rows of written) {
          const index = actions['min.number']!.indexOf(String(rows[0]!['number']));
          expect(actions['max.number']![index]).toBe(String(rows.at(-1)!['number']));
          const big = plainRows(schema, rows).flatMap((row) =>
            row['big'] === null ? [] : [BigInt(`${row['big']}`)],
          );
          for (const value of big) {
            expect(BigInt(actions['min.big']![index]!) <= value).toBe(true);
            expect(BigInt(actions['max.big']![index]!) >= value).toBe(true);
          }
          const nulls = rows.filter((row) => row['text'] === null).length;
          expect(actions['null_count.text']![index]).toBe(String(nulls));
        }
      }),
      { numRuns: 3, endOnFailure: true },
    );
  });
});
