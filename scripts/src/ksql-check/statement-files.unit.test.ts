import { readdirSync, readFileSync } from 'node:fs';
import { loadSegments } from '@marketing-streams/platform/segments-file';
import { describe, expect, it } from 'vitest';
import { CHECKED_IN_SEGMENTS, generateKsql, KSQL_FOLDER } from '../generate-ksql.ts';
import type { Catalogue } from './catalogue.ts';
import { contractFaults } from './check-contract.ts';
import { checkStatement } from './check-statement.ts';
import { parseStatements } from './parse-statement.ts';

const files = readdirSync(KSQL_FOLDER)
  .filter((file) => file.endsWith('.sql'))
  .sort();
const textOf = (file: string): string => readFileSync(new URL(file, KSQL_FOLDER), 'utf8');

describe('the files of ksql/', () => {
  it('hold what the rules call for, byte for byte: run `npm run generate` if not', () => {
    const generated = generateKsql(loadSegments(CHECKED_IN_SEGMENTS));
    expect([...generated.keys()]).toEqual(files);
    for (const [file, text] of generated) expect(textOf(file), file).toBe(text);
  });

  it('ask for the lifecycle and the segments once each', () => {
    const parts = files.flatMap(
      (file) => textOf(file).match(/-- generated: (lifecycle_stage|segments)$/gm) ?? [],
    );
    expect(parts).toEqual(['-- generated: lifecycle_stage', '-- generated: segments']);
  });

  it('read statement by statement, each on what the ones before it made, as ksqlDB would', () => {
    let catalogue: Catalogue = new Map();
    const faults: string[] = [];
    for (const file of files) {
      for (const statement of parseStatements(textOf(file))) {
        try {
          catalogue = checkStatement(statement, catalogue);
        } catch (error) {
          faults.push(`${file}: ${(error as Error).message}`);
        }
      }
    }
    expect(faults).toEqual([]);
    const written = [...catalogue.values()].filter((source) => source.written).map(({ topic }) => topic);
    expect(written).toEqual(
      expect.arrayContaining(['dom.customer.consolidated.v1', 'dom.segment.materialized.v1', 'results']),
    );
    expect(
      [...catalogue.values()].flatMap((source) =>
        contractFaults(source).map((fault) => [source.name, fault]),
      ),
    ).toEqual([]);
  });
});
