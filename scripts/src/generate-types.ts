import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { modelOfAvro } from './generate-types-avro.ts';
import { modelOfJsonSchema } from './generate-types-json.ts';
import type { SchemaModel } from './generate-types-model.ts';
import { renderModules } from './generate-types-render.ts';

/** Where the contracts' schemas lie, one file per topic value. */
export const SCHEMAS_FOLDER = new URL('../../schemas/', import.meta.url);

/** Where the generated modules go. */
export const GENERATED_FOLDER = new URL('../../packages/contracts/src/generated/', import.meta.url);

const readSchema = (file: string): SchemaModel | null => {
  const source = (): string => readFileSync(new URL(file, SCHEMAS_FOLDER), 'utf8');
  if (file.endsWith('.avsc')) return modelOfAvro(file, source());
  if (file.endsWith('.schema.json')) return modelOfJsonSchema(file, source());
  return null;
};

/** The modules that the schemas as they are now call for, file name → text. */
export const generateModules = (): ReadonlyMap<string, string> =>
  renderModules(
    readdirSync(SCHEMAS_FOLDER)
      .sort()
      .map(readSchema)
      .filter((schema) => schema !== null),
  );

const main = (): void => {
  const modules = generateModules();
  for (const file of readdirSync(GENERATED_FOLDER)) {
    if (!modules.has(file)) rmSync(new URL(file, GENERATED_FOLDER));
  }
  for (const [file, text] of modules) writeFileSync(new URL(file, GENERATED_FOLDER), text);
  console.log(`${modules.size} modules generated in packages/contracts/src/generated`);
};

if (import.meta.main) main();
