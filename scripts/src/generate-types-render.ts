import { addType, HANDWRITTEN_TYPES, type SchemaModel, type TypeModel } from './generate-types-model.ts';

const words = (name: string): string[] => name.split(/(?<=[a-z])(?=[A-Z0-9])/);

/** File name of a type: `GoldCustomer360` → `gold-customer-360.ts`. */
export const fileNameOf = (name: string): string => `${words(name).join('-').toLowerCase()}.ts`;

const constantOf = (name: string): string => words(name).join('_').toUpperCase();

const docstring = (doc: string, indent = ''): string => (doc === '' ? '' : `${indent}/** ${doc} */\n`);

const imports = (type: TypeModel): string => {
  if (type.kind !== 'record') return '';
  const used = [...new Set(type.fields.flatMap((field) => field.type.uses))].filter(
    (name) => name !== type.name,
  );
  const byModule = new Map<string, string[]>();
  for (const name of used.sort()) {
    const from = HANDWRITTEN_TYPES[name] ?? `./${fileNameOf(name)}`;
    byModule.set(from, [...(byModule.get(from) ?? []), name]);
  }
  const lines = [...byModule.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([from, names]) => `import type { ${names.join(', ')} } from '${from}';\n`);
  return lines.length === 0 ? '' : `${lines.join('')}\n`;
};

const body = (type: TypeModel): string => {
  if (type.kind === 'values') {
    const values = type.values.map((value) => `'${value}'`);
    return (
      `${docstring(type.doc)}export type ${type.name} = ${values.join(' | ')};\n\n` +
      `/** All values of ${type.name}. */\nexport const ${constantOf(type.name)}_VALUES = [${values.join(', ')}] as const;\n`
    );
  }
  const fields = type.fields.map(
    (field) =>
      `${docstring(field.doc, '  ')}  readonly ${field.name}${field.isOptional === true ? '?' : ''}: ${field.type.text};\n`,
  );
  return `${docstring(type.doc)}export type ${type.name} = {\n${fields.join('')}};\n`;
};

const HEADER = '// Generated from schemas/ by `npm run generate`; change the schema, not this file.\n';

/**
 * The generated modules of all schemas, file name → text. Types several contracts share get one module.
 * Throws when two schemas declare different types under the same name.
 */
export const renderModules = (schemas: readonly SchemaModel[]): ReadonlyMap<string, string> => {
  const types: TypeModel[] = [];
  const texts = new Map<string, string>();
  for (const schema of schemas) {
    for (const type of schema.types) addType(types, type);
    const [own] = schema.types;
    const quoted = schema.text.replaceAll('\\', '\\\\').replaceAll("'", "\\'");
    texts.set(
      own.name,
      `\n/** The registered schema of ${own.name}: \`schemas/${schema.file}\` without white space. */\n` +
        `export const ${constantOf(own.name)}_SCHEMA =\n  '${quoted}';\n`,
    );
  }
  const modules = new Map<string, string>();
  for (const type of [...types].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    modules.set(fileNameOf(type.name), `${HEADER}${imports(type)}${body(type)}${texts.get(type.name) ?? ''}`);
  }
  return modules;
};
