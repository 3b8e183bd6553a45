import type { Catalogue, Source } from './catalogue.ts';
import { checkQuery } from './check-query.ts';
import type { Statement } from './syntax.ts';
import { sqlFault } from './tokens.ts';
import { type Field, isDecimal, sameType, typeText } from './types.ts';

/** Properties of WITH that the statements may use, and whether a query's statement takes them too. */
const PROPERTIES: Readonly<Record<string, 'declared' | 'query' | 'both'>> = {
  KAFKA_TOPIC: 'both',
  FORMAT: 'both',
  KEY_FORMAT: 'both',
  VALUE_FORMAT: 'both',
  KEY_SCHEMA_ID: 'both',
  VALUE_SCHEMA_ID: 'both',
  VALUE_AVRO_SCHEMA_FULL_NAME: 'both',
  PARTITIONS: 'both',
  REPLICAS: 'both',
  RETENTION_MS: 'both',
  TIMESTAMP: 'both',
  WINDOW_TYPE: 'declared',
  WINDOW_SIZE: 'declared',
};
const FORMATS = ['KAFKA', 'JSON', 'AVRO'];

type Create = Extract<Statement, { readonly kind: 'create' }>;

const checkProperties = ({ properties, query, line }: Create): void => {
  for (const name of properties.keys()) {
    const allowed = PROPERTIES[name];
    if (allowed === undefined || (allowed !== 'both' && (allowed === 'query') !== (query !== null))) {
      throw sqlFault(line, `WITH does not take ${name} here`);
    }
  }
};

const formatOf = ({ properties, line }: Create, name: 'KEY_FORMAT' | 'VALUE_FORMAT', otherwise: string) => {
  const format = properties.get(name) ?? properties.get('FORMAT') ?? otherwise;
  if (!FORMATS.includes(format))
    throw sqlFault(line, `${name} ${format || 'is missing'}: ${FORMATS.join(', ')}`);
  return format;
};

/** The format KAFKA has no way to write several columns, or anything but texts and plain numbers. */
const checkKey = (key: readonly Field[], format: string, line: number): void => {
  if (format !== 'KAFKA') return;
  if (key.length > 1)
    throw sqlFault(line, "the format KAFKA supports a single key column: KEY_FORMAT = 'JSON'");
  for (const { name, type } of key) {
    if (typeof type === 'string' && ['INTEGER', 'BIGINT', 'DOUBLE', 'STRING'].includes(type)) continue;
    throw sqlFault(
      line,
      `the format KAFKA has no ${typeText(type)}, as the key ${name} is: KEY_FORMAT = 'JSON'`,
    );
  }
};

const checkTimestamp = ({ properties, line }: Create, columns: readonly Field[]): void => {
  const name = properties.get('TIMESTAMP');
  if (name === undefined) return;
  const type = columns.find((column) => column.name === name)?.type;
  if (type !== 'BIGINT' && type !== 'TIMESTAMP') {
    throw sqlFault(line, `TIMESTAMP names ${name}, which is no column of type BIGINT or TIMESTAMP`);
  }
};

const declared = (create: Create): Source => {
  const { name, what, elements, properties, line } = create;
  const topic = properties.get('KAFKA_TOPIC');
  if (topic === undefined) throw sqlFault(line, 'KAFKA_TOPIC is missing');
  if (elements.length === 0) throw sqlFault(line, 'name the columns: inferred ones change with the contract');
  const key = elements.filter((element) => element.key !== null);
  const wanted = what === 'TABLE' ? 'PRIMARY KEY' : 'KEY';
  if (key.some((element) => element.key !== wanted))
    throw sqlFault(line, `a key of a ${what} is a ${wanted}`);
  if (what === 'TABLE' && key.length === 0) throw sqlFault(line, 'a TABLE needs a PRIMARY KEY');
  const names = elements.map((element) => element.name);
  const twice = names.find((column, index) => names.indexOf(column) !== index);
  if (twice !== undefined) throw sqlFault(line, `two columns are named ${twice}`);
  return {
    name,
    what,
    topic,
    key,
    value: elements.filter((element) => element.key === null),
    keyFormat: formatOf(create, 'KEY_FORMAT', 'KAFKA'),
    valueFormat: formatOf(create, 'VALUE_FORMAT', ''),
    windowed: properties.has('WINDOW_TYPE'),
    written: false,
  };
};

const written = (create: Create, query: NonNullable<Create['query']>, catalogue: Catalogue): Source => {
  const { name, what, properties, line } = create;
  const { what: gives, key, value, windowed, sources } = checkQuery(query, catalogue);
  if (gives !== what) throw sqlFault(line, `CREATE ${what}, but the query gives a ${gives}`);
  const [first] = sources.map(({ source }) => source);
  return {
    name,
    what,
    topic: properties.get('KAFKA_TOPIC') ?? name,
    key,
    value,
    keyFormat: formatOf(create, 'KEY_FORMAT', first!.keyFormat),
    valueFormat: formatOf(create, 'VALUE_FORMAT', first!.valueFormat),
    windowed,
    written: true,
  };
};

/** A topic that another statement writes has what that one writes; reading it as another type loses records. */
const checkReading = (source: Source, catalogue: Catalogue, line: number): void => {
  const writer = [...catalogue.values()].find((other) => other.written && other.topic === source.topic);
  if (writer === undefined || source.written) return;
  for (const { name, type } of source.value) {
    const column = writer.value.find((one) => one.name.toUpperCase() === name.toUpperCase());
    if (column === undefined) throw sqlFault(line, `${writer.name} writes no ${name} to ${source.topic}`);
    if (!sameType(column.type, type)) {
      throw sqlFault(
        line,
        `${writer.name} writes ${name} as ${typeText(column.type)}, not ${typeText(type)}`,
      );
    }
  }
};

const checkCreate = (create: Create, catalogue: Catalogue): Source => {
  const { name, line, query } = create;
  if (catalogue.has(name)) throw sqlFault(line, `there is a ${name} already`);
  if (create.replace && create.ifNotExists) throw sqlFault(line, 'either OR REPLACE or IF NOT EXISTS');
  checkProperties(create);
  const source = query === null ? declared(create) : written(create, query, catalogue);
  checkKey(source.key, source.keyFormat, line);
  checkTimestamp(create, source.value);
  if (source.what === 'TABLE' && create.properties.has('RETENTION_MS') && !source.windowed) {
    throw sqlFault(line, 'a table without windows has no RETENTION_MS');
  }
  for (const { name: column, type } of source.value) {
    if (isDecimal(type) && type.precision > 38) throw sqlFault(line, `${column} is wider than 38 digits`);
  }
  checkReading(source, catalogue, line);
  return source;
};

const shape = (fields: readonly Field[]): string =>
  fields.map(({ name, type }) => `${name} ${typeText(type)}`).join(', ');

const checkInsert = (insert: Extract<Statement, { kind: 'insert' }>, catalogue: Catalogue): void => {
  const into = catalogue.get(insert.into);
  if (into === undefined) throw sqlFault(insert.line, `there is no ${insert.into} yet`);
  const { what, key, value } = checkQuery(insert.query, catalogue);
  if (into.what !== 'STREAM' || what !== 'STREAM') throw sqlFault(insert.line, 'INSERT INTO is for streams');
  const unknown = [...insert.properties.keys()].find((name) => name !== 'QUERY_ID');
  if (unknown !== undefined) throw sqlFault(insert.line, `WITH does not take ${unknown} here`);
  if (shape(key) !== shape(into.key) || shape(value) !== shape(into.value)) {
    throw sqlFault(
      insert.line,
      `${insert.into} has ${shape(into.key)} | ${shape(into.value)}, the query gives ${shape(key)} | ${shape(value)}`,
    );
  }
};

/**
 * What there is after a statement. Throws VALUE_INVALID, with the line, at the first rule it breaks, as far as they
 * can be known without a server: syntax, names, types, keys and formats.
 */
export const checkStatement = (statement: Statement, catalogue: Catalogue): Catalogue => {
  if (statement.kind === 'create') {
    return new Map([...catalogue, [statement.name, checkCreate(statement, catalogue)]]);
  }
  if (statement.kind === 'insert') checkInsert(statement, catalogue);
  if (statement.kind === 'set' && statement.name !== 'auto.offset.reset') {
    throw sqlFault(statement.line, `SET ${statement.name}: the statements set nothing but auto.offset.reset`);
  }
  return catalogue;
};
