import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { avroIncompatibility, parseAvroSchema } from '@marketing-streams/contracts/avro/parse-schema';
import type { JsonSchema } from '@marketing-streams/contracts/json/schema';
import { messageOf, PlatformError } from '@marketing-streams/platform/errors';
import { SCHEMAS_FOLDER } from './generate-types.ts';
import { narrowings } from './schemas-json-compatibility.ts';

/** One contract's schema file, and the versions of it that were released, oldest first. */
export type SchemaHistory = {
  readonly file: string;
  readonly current: string;
  readonly released: readonly string[];
};

const RELEASED_FOLDER = new URL('released/', SCHEMAS_FOLDER);

const extensionOf = (file: string): string => (file.endsWith('.avsc') ? '.avsc' : '.schema.json');

/** Folder of a contract's released versions: `schemas/released/<topic>/`, in it `1.avsc`, `2.avsc`, … */
const releasedFolder = (file: string): URL =>
  new URL(`${file.slice(0, -extensionOf(file).length)}/`, RELEASED_FOLDER);

const releasedVersions = (file: string): string[] => {
  const folder = releasedFolder(file);
  if (!existsSync(folder)) return [];
  const count = readdirSync(folder).length;
  return Array.from({ length: count }, (_, index) =>
    readFileSync(new URL(`${index + 1}${extensionOf(file)}`, folder), 'utf8'),
  );
};

/** Every contract with its released versions. */
export const readHistories = (): readonly SchemaHistory[] =>
  readdirSync(SCHEMAS_FOLDER)
    .filter((file) => file.endsWith('.avsc') || file.endsWith('.schema.json'))
    .sort()
    .map((file) => ({
      file,
      current: readFileSync(new URL(file, SCHEMAS_FOLDER), 'utf8'),
      released: releasedVersions(file),
    }));

/** True when two schema files say the same, white space aside. */
export const sameSchema = (a: string, b: string): boolean =>
  JSON.stringify(JSON.parse(a)) === JSON.stringify(JSON.parse(b));

/** Why the later schema cannot read what the former one wrote; null when it can. */
export const backwardProblem = (file: string, later: string, former: string): string | null => {
  if (file.endsWith('.avsc')) return avroIncompatibility(parseAvroSchema(later), parseAvroSchema(former));
  const problems = narrowings(JSON.parse(later) as JsonSchema, JSON.parse(former) as JsonSchema);
  return problems.length === 0 ? null : problems.join('; ');
};

/**
 * The version number under which the current schema has to be released; null when it is the newest released one.
 * Throws SCHEMA_INCOMPATIBLE when it cannot read what the newest released version wrote.
 */
export const nextVersion = ({ file, current, released }: SchemaHistory): number | null => {
  const newest = released.at(-1);
  if (newest === undefined) return 1;
  if (sameSchema(current, newest)) return null;
  const problem = backwardProblem(file, current, newest);
  if (problem === null) return released.length + 1;
  throw new PlatformError(
    'SCHEMA_INCOMPATIBLE',
    `${file} cannot read what version ${released.length} wrote (BACKWARD): ${problem}`,
  );
};

const main = (): void => {
  const histories = readHistories();
  // All are checked before the first is written.
  const due = histories.map((history) => ({ history, version: nextVersion(history) }));
  for (const { history, version } of due) {
    if (version === null) continue;
    const { file, current } = history;
    mkdirSync(releasedFolder(file), { recursive: true });
    writeFileSync(new URL(`${version}${extensionOf(file)}`, releasedFolder(file)), current);
    console.log(`${file}: version ${version}`);
  }
};

if (import.meta.main) {
  try {
    main();
  } catch (error) {
    console.error(messageOf(error));
    process.exitCode = 1;
  }
}
