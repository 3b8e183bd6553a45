import { type Bound, bind, type Catalogue, isWindowBound, resolve } from './catalogue.ts';
import { FUNCTIONS } from './functions.ts';
import type { Expression, Join, Query, SelectItem } from './syntax.ts';
import { sqlFault } from './tokens.ts';
import { typeOf } from './type-of.ts';
import { type Field, type SqlType, sameType, typeText } from './types.ts';
import { isAggregate, within } from './walk.ts';

/** What a query gives: its key and its other columns, and whether they are rows of a stream or of a table. */
export type QueryResult = {
  readonly what: 'STREAM' | 'TABLE';
  readonly key: readonly Field[];
  readonly value: readonly Field[];
  readonly windowed: boolean;
  readonly sources: readonly Bound[];
};

type Context = { readonly query: Query; readonly sources: readonly Bound[] };

const scopeOf = ({ query, sources }: Context) => ({
  typeOfColumn: (column: Extract<Expression, { kind: 'column' }>): SqlType =>
    resolve(column, sources, query.window !== null).type,
});

/** Equal texts are the same expression, whether or not it says which source a column is of. */
const textOf = (expression: Expression, { query, sources }: Context): string =>
  JSON.stringify(expression, (key, value) => {
    if (key === 'line') return undefined;
    const isColumn = typeof value === 'object' && value !== null && value.kind === 'column';
    return isColumn ? `${resolve(value, sources, query.window !== null).alias}.${value.name}` : value;
  });

const conditionIsBoolean = (condition: Expression | null, context: Context, word: string): void => {
  if (condition === null) return;
  const type = typeOf(condition, scopeOf(context));
  if (type !== 'BOOLEAN') throw sqlFault(condition.line, `${word} needs a BOOLEAN`);
};

const checkJoin = ({ source, within: hasWindow, on }: Join, context: Context): void => {
  const right = context.sources.find(({ alias }) => alias === source.alias)!;
  if (on.kind !== 'compared' || on.operator !== '=') throw sqlFault(on.line, 'ON needs one equation');
  const scope = scopeOf(context);
  const [left, other] = [typeOf(on.left, scope), typeOf(on.right, scope)];
  if (left === null || other === null || !sameType(left, other)) {
    throw sqlFault(on.line, 'the sides of ON are of different types');
  }
  const keys = right.source.key.map(({ name }) => `${JSON.stringify(`${right.alias}.${name}`)}`);
  const sides = [textOf(on.left, context), textOf(on.right, context)];
  if (right.source.what === 'TABLE' && (keys.length !== 1 || !sides.includes(keys[0]!))) {
    throw sqlFault(on.line, `ON has to ask for the primary key of the table ${right.source.name}`);
  }
  const streams = context.sources[0]!.source.what === 'STREAM' && right.source.what === 'STREAM';
  if (streams !== hasWindow)
    throw sqlFault(on.line, 'WITHIN belongs to joins of two streams, and to no others');
};

/** The name a selected column gets. */
const nameOf = ({ value, as }: SelectItem, { query, sources }: Context): string => {
  if (as !== null) return as;
  if (value.kind !== 'column') throw sqlFault(value.line, 'an expression needs a name: AS …');
  const { alias } = resolve(value, sources, query.window !== null);
  return sources.length > 1 ? `${alias}_${value.name}` : value.name;
};

/** The expressions that the rows of the result are keyed by. */
const keyExpressions = ({ query, sources }: Context): readonly Expression[] => {
  if (query.groupBy.length > 0) return query.groupBy;
  if (query.partitionBy.length > 0) return query.partitionBy;
  const [join] = query.joins;
  // An equation's left side goes with the left source, whichever way round it is written.
  if (join?.on.kind === 'compared') {
    const { left, right } = join.on;
    const isLeft = left.kind === 'column' && left.source !== join.source.alias;
    return [isLeft ? left : right];
  }
  const [{ alias, source }] = sources as [Bound];
  return source.key.map(({ name }) => ({ kind: 'column', source: alias, name, line: query.line }));
};

const checkAggregation = (context: Context): void => {
  const { query, sources } = context;
  const asked = [...query.select.map(({ value }) => value), ...(query.having === null ? [] : [query.having])];
  const calls = asked.flatMap((value) => within(value, isAggregate)).filter(isAggregate);
  if (query.groupBy.length === 0) {
    if (calls.length > 0) throw sqlFault(calls[0]!.line, `${calls[0]!.name} needs GROUP BY`);
    if (query.window !== null || query.having !== null) {
      throw sqlFault(query.line, 'WINDOW and HAVING need GROUP BY');
    }
    return;
  }
  if (calls.length === 0) throw sqlFault(query.line, 'GROUP BY needs an aggregate in the projection');
  const grouped = new Set(query.groupBy.map((value) => textOf(value, context)));
  const isGrouped = (value: Expression): boolean => grouped.has(textOf(value, context));
  for (const call of calls) {
    const inner = call.values.flatMap((value) => within(value)).find(isAggregate);
    if (inner !== undefined) throw sqlFault(inner.line, `${inner.name} within ${call.name}`);
    const overTables = FUNCTIONS[call.name]!.aggregate === 'over tables';
    if (sources[0]!.source.what === 'TABLE' && !overTables) {
      throw sqlFault(call.line, `${call.name} cannot be asked of a table: it cannot take a former row away`);
    }
  }
  for (const value of asked.flatMap((one) => within(one, (part) => isAggregate(part) || isGrouped(part)))) {
    if (value.kind === 'column' && !isGrouped(value) && !isWindowBound(value.name)) {
      throw sqlFault(value.line, `${value.name} is neither grouped by nor within an aggregate`);
    }
  }
};

const columnsOf = (context: Context): Pick<QueryResult, 'key' | 'value'> => {
  const { query } = context;
  const scope = scopeOf(context);
  const keys = keyExpressions(context).map((value) => ({ text: textOf(value, context), value }));
  const columns = query.select.map((item) => {
    const type = typeOf(item.value, scope);
    if (type === null) throw sqlFault(item.value.line, 'a column needs a type: CAST(NULL AS …)');
    return { name: nameOf(item, context), type, text: textOf(item.value, context), line: item.value.line };
  });
  for (const [index, { name, line }] of columns.entries()) {
    if (columns.findIndex((column) => column.name === name) !== index) {
      throw sqlFault(line, `two columns are named ${name}`);
    }
  }
  const key = keys.map(({ text, value }) => {
    const found = columns.filter((column) => column.text === text);
    if (found.length === 0) throw sqlFault(value.line, 'the projection has to contain every key column');
    if (found.length > 1)
      throw sqlFault(found[1]!.line, 'the key column is there twice: AS_VALUE(…) copies it');
    return found[0]!;
  });
  const value = columns.filter((column) => !key.includes(column));
  if (value.length === 0) throw sqlFault(query.line, 'the projection contains no value columns');
  const fields = (list: typeof columns): readonly Field[] => list.map(({ name, type }) => ({ name, type }));
  return { key: fields(key), value: fields(value) };
};

/**
 * What a query gives, with the rules checked by which ksqlDB takes it. Throws VALUE_INVALID at the first that it
 * breaks.
 */
export const checkQuery = (query: Query, catalogue: Catalogue): QueryResult => {
  const sources = [query.from, ...query.joins.map(({ source }) => source)].map((one) => bind(catalogue, one));
  const context = { query, sources };
  for (const join of query.joins) checkJoin(join, context);
  conditionIsBoolean(query.where, context, 'WHERE');
  const stray = query.where === null ? undefined : within(query.where).find(isAggregate);
  if (stray !== undefined) throw sqlFault(stray.line, `${stray.name} cannot stand in WHERE`);
  conditionIsBoolean(query.having, context, 'HAVING');
  for (const value of [...query.groupBy, ...query.partitionBy]) typeOf(value, scopeOf(context));
  checkAggregation(context);
  const fromStream = sources[0]!.source.what === 'STREAM';
  if (query.partitionBy.length > 0 && !fromStream)
    throw sqlFault(query.line, 'only streams can be partitioned anew');
  if (query.window !== null && !fromStream) throw sqlFault(query.line, 'only streams have windows');
  if (query.emit === 'FINAL' && query.window === null)
    throw sqlFault(query.line, 'EMIT FINAL needs a window');
  const columns = columnsOf(context);
  const maps = columns.key.filter(({ type }) => typeof type === 'object' && 'item' in type);
  if (maps.length > 0) throw sqlFault(query.line, `a key of type ${typeText(maps[0]!.type)}`);
  const what = fromStream && query.groupBy.length === 0 ? 'STREAM' : 'TABLE';
  return { what, ...columns, windowed: query.window !== null, sources };
};
