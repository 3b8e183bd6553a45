import type { FixtureInput } from '@marketing-streams/contracts/testing/ksql-fixtures';
import { TOPICS } from '@marketing-streams/contracts/topics';
import { bind, type Catalogue, type Source } from '../catalogue.ts';
import { checkStatement } from '../check-statement.ts';
import type { Query, Statement } from '../syntax.ts';
import type { SqlType } from '../types.ts';
import type { Value } from './evaluate.ts';
import { type Change, type Row, startQuery } from './queries.ts';

/** Last values by key, for each topic that anything was written to. */
export type Written = ReadonlyMap<string, ReadonlyMap<string, Row>>;

/** A value of a record as the column's type, undefined when the whole record cannot be read because of it. */
const asType = (value: unknown, type: SqlType): Value | undefined => {
  if (value === null || value === undefined) return null;
  if (type === 'STRING') return typeof value === 'string' ? value : JSON.stringify(value);
  if (type === 'BOOLEAN') return typeof value === 'boolean' ? value : undefined;
  if (typeof value !== 'number') return undefined;
  if (typeof type === 'object') return Math.round(value * 100) / 100 === value ? value : undefined;
  return Number.isSafeInteger(value) ? value : undefined;
};

type AvroFields = { readonly fields?: readonly { readonly name: string; readonly default?: unknown }[] };

const defaultsOf = (topic: FixtureInput['topic']): Readonly<Record<string, unknown>> => {
  const { fields = [] } = JSON.parse(TOPICS[topic].schema ?? '{}') as AvroFields;
  return Object.fromEntries(fields.map((field) => [field.name, field.default ?? null]));
};

/** The row that a declared stream reads from a record; null for one that it cannot read. */
const readRecord = (source: Source, { topic, value, timestamp }: FixtureInput): Row | null => {
  if (value === null || typeof value === 'string') return null;
  const fields = Object.entries({ ...defaultsOf(topic), ...value });
  const row: Record<string, Value> = { ROWTIME: timestamp };
  for (const { name, type } of source.value) {
    const given = fields.find(([field]) => field.toUpperCase() === name.toUpperCase())?.[1];
    const read = asType(given, type);
    if (read === undefined) return null;
    row[name] = read;
  }
  return row;
};

/** A key as it stands on the topic; windows' keys end in their start. */
const keyText = ({ key, keyFormat }: Source, row: Row): string => {
  const values = key.map(({ name }) => row[name] ?? null);
  const window = row['WINDOWSTART'] === undefined ? '' : `@${row['WINDOWSTART']}`;
  if (keyFormat === 'KAFKA') return `${values[0]}${window}`;
  const fields = Object.fromEntries(key.map(({ name }, index) => [name, values[index]!]));
  return `${JSON.stringify(key.length === 1 ? values[0] : fields)}${window}`;
};

/**
 * Runs statements over records, one after the other, by what `facts` and ksqlDB's reference say they mean: no server,
 * no cache, no clock. What it shows is that the statements say what is meant; that the server takes them so is for the
 * server to show.
 */
export const replayStatements = (statements: readonly Statement[]) => {
  let catalogue: Catalogue = new Map();
  const listeners = new Map<string, ((change: Change) => void)[]>();
  const tables = new Map<string, Map<string, Row>>();
  const written = new Map<string, Map<string, Row>>();
  const timestamps = new Map<string, string>();

  const tell = (source: Source, change: Change): void => {
    for (const listener of listeners.get(source.name) ?? []) listener(change);
  };

  const publish = (target: Source, result: Row, time: number): void => {
    const column = timestamps.get(target.name);
    const row: Row = { ...result, ROWTIME: column === undefined ? time : result[column]! };
    const id = keyText(target, row);
    const rows = tables.get(target.name) ?? new Map<string, Row>();
    tables.set(target.name, rows);
    const before = target.what === 'TABLE' ? (rows.get(id) ?? null) : null;
    rows.set(id, row);
    const values = Object.fromEntries(target.value.map(({ name }) => [name, row[name]!]));
    written.set(target.topic, (written.get(target.topic) ?? new Map()).set(id, values));
    const change = { before, after: row, time: row['ROWTIME'] as number };
    tell(target, change);
    for (const source of catalogue.values()) {
      if (!source.written && source.topic === target.topic) tell(source, { ...change, before: null });
    }
  };

  const start = (query: Query, target: Source): void => {
    const sources = [query.from, ...query.joins.map(({ source }) => source)].map((one) =>
      bind(catalogue, one),
    );
    const run = startQuery(query, sources);
    for (const { alias, source } of sources) {
      const known = listeners.get(source.name) ?? [];
      const listener = (change: Change): void => {
        for (const { row, time } of run(alias, change)) publish(target, row, time);
      };
      listeners.set(source.name, [...known, listener]);
    }
  };

  for (const statement of statements) {
    catalogue = checkStatement(statement, catalogue);
    if (statement.kind === 'insert') start(statement.query, catalogue.get(statement.into)!);
    if (statement.kind !== 'create') continue;
    const timestamp = statement.properties.get('TIMESTAMP');
    if (timestamp !== undefined) timestamps.set(statement.name, timestamp);
    if (statement.query !== null) start(statement.query, catalogue.get(statement.name)!);
  }

  return {
    /** Gives a record to every stream that was declared over its topic. */
    send: (input: FixtureInput): void => {
      for (const source of catalogue.values()) {
        if (source.written || source.topic !== input.topic) continue;
        const row = readRecord(source, input);
        if (row !== null) tell(source, { before: null, after: row, time: input.timestamp });
      }
    },
    written: written as Written,
  };
};
