import { TOPICS, type TopicContract } from '@marketing-streams/contracts/topics';
import type { Source } from './catalogue.ts';
import { type Field, typeText } from './types.ts';

/** The types that a field of a contract may have in ksqlDB, as `typeText` writes them. */
type ContractFields = ReadonlyMap<string, readonly string[]>;

type AvroType = string | readonly AvroType[] | { readonly type: AvroType; readonly [key: string]: unknown };

const AVRO_TYPES: Readonly<Record<string, readonly string[]>> = {
  string: ['STRING'],
  enum: ['STRING'],
  int: ['INTEGER'],
  long: ['BIGINT'],
  double: ['DOUBLE'],
  boolean: ['BOOLEAN'],
};

const avroTypes = (type: AvroType): readonly string[] => {
  if (typeof type === 'string') return AVRO_TYPES[type] ?? [];
  if (Array.isArray(type)) return type.filter((one) => one !== 'null').flatMap(avroTypes);
  const { type: base, ...rest } = type as Exclude<AvroType, string | readonly AvroType[]>;
  if (rest['logicalType'] === 'timestamp-millis') return ['TIMESTAMP'];
  if (rest['logicalType'] === 'decimal') return [`DECIMAL(${rest['precision']}, ${rest['scale']})`];
  if (base === 'array') return avroTypes(rest['items'] as AvroType).map((item) => `ARRAY<${item}>`);
  return avroTypes(base);
};

type JsonType = { readonly type?: string | readonly string[]; readonly format?: string };

const JSON_TYPES: Readonly<Record<string, readonly string[]>> = {
  string: ['STRING'],
  boolean: ['BOOLEAN'],
  integer: ['BIGINT', 'INTEGER'],
  number: ['DOUBLE'],
};

const jsonTypes = ({ type, format }: JsonType): readonly string[] => {
  if (format === 'decimal-18-2') return ['DECIMAL(18, 2)'];
  return [type ?? []].flat().flatMap((one) => JSON_TYPES[one] ?? []);
};

const fieldsOf = ({ format, schema }: TopicContract): ContractFields => {
  const parsed: unknown = JSON.parse(schema ?? '{}');
  if (format === 'avro') {
    const { fields } = parsed as { fields: readonly { name: string; type: AvroType }[] };
    return new Map(fields.map(({ name, type }) => [name, avroTypes(type)]));
  }
  const { properties = {} } = parsed as { properties?: Readonly<Record<string, JsonType>> };
  return new Map(Object.entries(properties).map(([name, type]) => [name, jsonTypes(type)]));
};

const compared = ({ name, type }: Field, allowed: readonly string[] | undefined): readonly string[] => {
  if (allowed === undefined) return [`the contract has no ${name}`];
  const text = typeText(type);
  return allowed.includes(text)
    ? []
    : [`${name} is ${text}, in the contract ${allowed.join(' or ') || 'another'}`];
};

/** Readers look fields up whatever their case; so does ksqlDB. */
const readingFaults = (source: Source, fields: ContractFields): readonly string[] => {
  const upper = new Map([...fields].map(([name, types]) => [name.toUpperCase(), types]));
  return source.value.flatMap((column) => compared(column, upper.get(column.name.toUpperCase())));
};

const keyFaults = ({ key, keyFormat }: Source, names: readonly string[]): readonly string[] => {
  const [{ type } = { type: null }] = key;
  if (names.length === 1) {
    return key.length === 1 && type === 'STRING' && keyFormat === 'KAFKA'
      ? []
      : [`the key is no text ${names[0]}`];
  }
  const fields = type !== null && typeof type === 'object' && 'fields' in type ? type.fields : [];
  const given = fields.map(({ name }) => name);
  return key.length === 1 && keyFormat === 'JSON' && given.join() === names.join()
    ? []
    : [`the key has to be one JSON object of ${names.join(', ')}`];
};

/** What is written has to be the contract, name by name and in its case. */
const writingFaults = (source: Source, fields: ContractFields, key: readonly string[]): readonly string[] => {
  const given = new Set(source.value.map(({ name }) => name));
  return [
    ...[...fields.keys()].filter((name) => !given.has(name)).map((name) => `${name} is missing`),
    ...source.value.flatMap((column) => compared(column, fields.get(column.name))),
    ...keyFaults(source, key),
  ];
};

/**
 * How a stream or table differs from the contract of its topic, in words; nothing for a topic of ksqlDB's own. One
 * that reads needs no more than the columns it uses, one that writes has to have every field.
 */
export const contractFaults = (source: Source): readonly string[] => {
  const contract = (TOPICS as Readonly<Record<string, TopicContract>>)[source.topic];
  if (contract === undefined) return [];
  const fields = fieldsOf(contract);
  const faults = source.written ? writingFaults(source, fields, contract.key) : readingFaults(source, fields);
  const format = source.valueFormat.toLowerCase();
  return format === contract.format
    ? faults
    : [...faults, `the values are ${contract.format}, not ${format}`];
};
