import type { Expression, SourceReference } from './syntax.ts';
import { sqlFault } from './tokens.ts';
import type { Field, SqlType } from './types.ts';

/** A stream or table that statements made. */
export type Source = {
  readonly name: string;
  readonly what: 'STREAM' | 'TABLE';
  readonly topic: string;
  readonly keyFormat: string;
  readonly valueFormat: string;
  readonly key: readonly Field[];
  readonly value: readonly Field[];
  readonly windowed: boolean;
  /** True for one that a query writes; false for one that was declared over a topic. */
  readonly written: boolean;
};

/** The streams and tables there are, by name. */
export type Catalogue = ReadonlyMap<string, Source>;

/** A source of a query under its alias. */
export type Bound = { readonly alias: string; readonly source: Source };

/** The source that is meant. Throws VALUE_INVALID when no statement before made it. */
export const bind = (catalogue: Catalogue, { source: name, alias, line }: SourceReference): Bound => {
  const source = catalogue.get(name);
  if (source === undefined) throw sqlFault(line, `there is no stream or table ${name} yet`);
  return { alias, source };
};

/** Columns that every row has, and that rows of windows have. */
const PSEUDO: Readonly<Record<string, SqlType>> = {
  ROWTIME: 'BIGINT',
  ROWPARTITION: 'INTEGER',
  ROWOFFSET: 'BIGINT',
};
const OF_WINDOWS: Readonly<Record<string, SqlType>> = { WINDOWSTART: 'BIGINT', WINDOWEND: 'BIGINT' };

/** True for the names of a window's bounds. */
export const isWindowBound = (name: string): boolean => name in OF_WINDOWS;

type Column = Extract<Expression, { readonly kind: 'column' }>;

const inSource = (source: Source, name: string, windowed: boolean): SqlType | undefined =>
  [...source.key, ...source.value].find((field) => field.name === name)?.type ??
  PSEUDO[name] ??
  (windowed || source.windowed ? OF_WINDOWS[name] : undefined);

/** The source that a column belongs to, and its type. Throws VALUE_INVALID when none or several have it. */
export const resolve = (
  { source: alias, name, line }: Column,
  sources: readonly Bound[],
  windowed: boolean,
): { readonly alias: string; readonly type: SqlType } => {
  const asked = alias === null ? sources : sources.filter((bound) => bound.alias === alias);
  if (asked.length === 0) throw sqlFault(line, `the query has no source ${alias}`);
  const found = asked.flatMap((bound) => {
    const type = inSource(bound.source, name, windowed);
    return type === undefined ? [] : [{ alias: bound.alias, type }];
  });
  const [one, other] = found;
  if (one === undefined) {
    const known = asked.flatMap(({ source }) => [...source.key, ...source.value].map((field) => field.name));
    throw sqlFault(
      line,
      `there is no column ${name}, only ${known.join(', ')} (names are upper-cased unless quoted)`,
    );
  }
  if (other !== undefined) throw sqlFault(line, `several sources have a column ${name}: write whose`);
  return one;
};
