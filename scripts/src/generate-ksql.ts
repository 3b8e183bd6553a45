import { hash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { lifecycleSql, segmentsSql } from '@marketing-streams/domain/rules/condition-sql';
import type { SegmentDefinition } from '@marketing-streams/domain/rules/segments';
import { PlatformError } from '@marketing-streams/platform/errors';
import { loadSegments } from '@marketing-streams/platform/segments-file';

/** Where the ksqlDB statements lie, one file per step, numbered in the order of execution. */
export const KSQL_FOLDER = new URL('../../ksql/', import.meta.url);

/** The segments that the checked-in statements know. */
export const CHECKED_IN_SEGMENTS = new URL('../../config/segments.yaml', import.meta.url).pathname;

const digestOf = (lines: readonly string[]): string => hash('sha256', lines.join('\n')).slice(0, 8);

/**
 * Tables whose statement follows from the rules carry a digest of them in their name: by it `make ksql` sees that a
 * server has an older one. ksqlDB keeps statements in a form of its own, which cannot be compared with the file.
 */
const consolidatedTable = (): string => `customers_consolidated_${digestOf(lifecycleSql())}`;
const segmentsTable = (segments: readonly SegmentDefinition[]): string =>
  `customer_segments_${digestOf([...lifecycleSql(), ...segmentsSql(segments)])}`;

/** Expressions, names and clauses that come from the rules, by the name that a marker asks for. */
const PARTS: Readonly<Record<string, (segments: readonly SegmentDefinition[]) => readonly string[]>> = {
  lifecycle_stage: lifecycleSql,
  segments: segmentsSql,
  'create consolidated': () => [`CREATE TABLE IF NOT EXISTS ${consolidatedTable()}`],
  'create segments': (segments) => [`CREATE TABLE IF NOT EXISTS ${segmentsTable(segments)}`],
  'from consolidated': () => [`FROM ${consolidatedTable()}`],
};

const BLOCK = /^([ \t]*)-- generated: (.*)\n(?:[\s\S]*?\n)??[ \t]*-- end generated$/gm;

/**
 * A statement file with the expressions that follow from the rules filled in: whatever stands between a line
 * `-- generated: lifecycle_stage` (or another of the parts) and a line `-- end generated` is replaced, at the marker's
 * indentation. A text without markers stays as it is. Filling in twice changes nothing.
 *
 * Throws CONFIG_INVALID when a marker asks for a part there is none of, or has no end.
 */
export const fillGenerated = (text: string, segments: readonly SegmentDefinition[]): string => {
  let filled = 0;
  const result = text.replace(BLOCK, (_, indentation: string, name: string) => {
    const part = PARTS[name.trim()];
    if (part === undefined) {
      throw new PlatformError(
        'CONFIG_INVALID',
        `-- generated: ${name}: no such part; there is ${Object.keys(PARTS).join(', ')}`,
      );
    }
    filled += 1;
    return [`-- generated: ${name}`, ...part(segments), '-- end generated']
      .map((line) => `${indentation}${line}`)
      .join('\n');
  });
  const markers = text.match(/^[ \t]*-- (generated: .*|end generated)$/gm)?.length ?? 0;
  if (markers === 2 * filled) return result;
  throw new PlatformError('CONFIG_INVALID', 'each line "-- generated: …" needs a line "-- end generated"');
};

/** Every statement file as the rules call for it, file name → text, in the order of execution. */
export const generateKsql = (segments: readonly SegmentDefinition[]): ReadonlyMap<string, string> => {
  const files = readdirSync(KSQL_FOLDER)
    .filter((file) => file.endsWith('.sql'))
    .sort();
  return new Map(
    files.map((file) => [file, fillGenerated(readFileSync(new URL(file, KSQL_FOLDER), 'utf8'), segments)]),
  );
};

const main = (): void => {
  const files = generateKsql(loadSegments(CHECKED_IN_SEGMENTS));
  for (const [file, text] of files) writeFileSync(new URL(file, KSQL_FOLDER), text);
  console.log(`${files.size} files of ksql/ filled in`);
};

if (import.meta.main) main();
