import { partitionOf } from '@marketing-streams/contracts/partitioner';
import { type Bound, resolve } from '../catalogue.ts';
import type { Expression, Query } from '../syntax.ts';
import { isAggregate, within } from '../walk.ts';
import { type Aggregate, startAggregate } from './aggregate.ts';
import { evaluate, type Reading, type Value } from './evaluate.ts';

/** Names and values of a row, key and pseudo columns among them. */
export type Row = Readonly<Record<string, Value>>;

/** A row of a stream, or what a table's row was and became; `time` is the row's ROWTIME. */
export type Change = { readonly before: Row | null; readonly after: Row | null; readonly time: number };

/** What a query makes of a change: rows by their names, to be published. */
export type Result = { readonly row: Row; readonly time: number };

/** A running query: told of each change of a source, by its alias, it says what it publishes. */
export type Running = (alias: string, change: Change) => readonly Result[];

const PARTITIONS = 6;

const noAggregate = (): undefined => undefined;

const nameOf = (value: Expression, as: string | null): string => as ?? (value as { name: string }).name;

const readingOf = (
  query: Query,
  sources: readonly Bound[],
  rows: (alias: string) => Row | null,
  aggregate: Reading['aggregate'] = noAggregate,
): Reading => ({
  column: (column) => rows(resolve(column, sources, query.window !== null).alias)?.[column.name] ?? null,
  aggregate,
});

const project = (query: Query, reading: Reading): Row =>
  Object.fromEntries(query.select.map(({ value, as }) => [nameOf(value, as), evaluate(value, reading)]));

const passes = (query: Query, reading: Reading): boolean =>
  query.where === null || evaluate(query.where, reading) === true;

/** Row by row: a projection of a stream or of a table. */
const projection =
  (query: Query, sources: readonly Bound[]): Running =>
  (_, { after, time }) => {
    const reading = readingOf(query, sources, () => after);
    return after !== null && passes(query, reading) ? [{ row: project(query, reading), time }] : [];
  };

/** The left table's row with those of the others that have its key; the newest of their times is its own. */
const join = (query: Query, sources: readonly Bound[]): Running => {
  const tables = new Map(sources.map(({ alias }) => [alias, new Map<Value, Row>()]));
  const keyOf = ({ source }: Bound, row: Row): Value => row[source.key[0]!.name]!;
  return (alias, { after }) => {
    if (after === null) return [];
    const key = keyOf(sources.find((bound) => bound.alias === alias)!, after);
    tables.get(alias)!.set(key, after);
    const [left] = sources as [Bound];
    if (!tables.get(left.alias)!.has(key)) return [];
    const times = [...tables.values()].map((rows) => (rows.get(key)?.['ROWTIME'] ?? 0) as number);
    const reading = readingOf(query, sources, (one) => tables.get(one)!.get(key) ?? null);
    return [{ row: project(query, reading), time: Math.max(...times) }];
  };
};

type Group = { readonly aggregates: ReadonlyMap<Expression, Aggregate>; time: number };

/** Rows of a stream or a table in groups, and in tumbling windows where the query says so. */
const aggregation = (query: Query, sources: readonly Bound[]): Running => {
  const calls = query.select.flatMap(({ value }) => within(value, isAggregate)).filter(isAggregate);
  const groups = new Map<string, Group>();
  const streamTimes = new Map<number, number>();

  /** The window that a time is in; null when it is closed. The clock is that of the group's partition. */
  const windowOf = (key: readonly Value[], time: number): Row | null => {
    if (query.window === null) return {};
    const { size, grace } = query.window;
    const partition = partitionOf(JSON.stringify(key), PARTITIONS);
    const now = Math.max(streamTimes.get(partition) ?? 0, time);
    streamTimes.set(partition, now);
    const start = time - (time % size);
    return start + size + grace <= now ? null : { WINDOWSTART: start, WINDOWEND: start + size };
  };

  const apply = (row: Row, time: number, way: 'add' | 'remove'): Result | null => {
    const reading = readingOf(query, sources, () => row);
    if (!passes(query, reading)) return null;
    const key = query.groupBy.map((value) => evaluate(value, reading));
    if (key.includes(null)) return null;
    const window = windowOf(key, time);
    if (window === null) return null;
    const id = JSON.stringify([key, window]);
    const group = groups.get(id) ?? {
      aggregates: new Map(calls.map((call) => [call, startAggregate(call.name)])),
      time: 0,
    };
    groups.set(id, group);
    group.time = Math.max(group.time, time);
    for (const [call, aggregate] of group.aggregates) {
      const [value] = (call as (typeof calls)[0]).values;
      aggregate[way](value === undefined ? true : evaluate(value, reading));
    }
    const grouped = readingOf(
      query,
      sources,
      () => ({ ...row, ...window }),
      (call) => group.aggregates.get(call)?.result(),
    );
    return { row: { ...project(query, grouped), ...window }, time: group.time };
  };

  return (_, { before, after, time }) => {
    const removed = before === null ? null : apply(before, time, 'remove');
    const added = after === null ? null : apply(after, time, 'add');
    return [removed, added].filter((result) => result !== null);
  };
};

/** A query that was started. */
export const startQuery = (query: Query, sources: readonly Bound[]): Running => {
  if (query.groupBy.length > 0) return aggregation(query, sources);
  return query.joins.length > 0 ? join(query, sources) : projection(query, sources);
};
