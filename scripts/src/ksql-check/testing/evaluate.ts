import type { Expression } from '../syntax.ts';
import type { SqlType } from '../types.ts';

/** A value of a row. Decimals are numbers, times epoch milliseconds. */
export type Value = null | boolean | number | string | readonly Value[] | { readonly [name: string]: Value };

/** What an expression is evaluated over. */
export type Reading = {
  readonly column: (column: Extract<Expression, { readonly kind: 'column' }>) => Value;
  /** What an aggregate came to. */
  readonly aggregate: (call: Extract<Expression, { readonly kind: 'call' }>) => Value | undefined;
};

const javaTrim = (text: string): string => {
  let [start, end] = [0, text.length];
  while (start < end && text.charCodeAt(start) <= 32) start += 1;
  while (end > start && text.charCodeAt(end - 1) <= 32) end -= 1;
  return text.slice(start, end);
};

const onText =
  (change: (text: string) => Value) =>
  ([value]: readonly Value[]): Value =>
    typeof value === 'string' ? change(value) : null;

const firstGiven = (values: readonly Value[]): Value => values.find((value) => value !== null) ?? null;
const itself = ([value]: readonly Value[]): Value => value ?? null;

const FUNCTIONS: Readonly<Record<string, (values: readonly Value[]) => Value>> = {
  AS_VALUE: itself,
  UNIX_TIMESTAMP: itself,
  FROM_UNIXTIME: itself,
  COALESCE: firstGiven,
  IFNULL: firstGiven,
  ARRAY_REMOVE: ([list, item]) => (Array.isArray(list) ? list.filter((one) => one !== item) : null),
  LEN: onText((text) => text.length),
  TRIM: onText(javaTrim),
  LCASE: onText((text) => text.toLowerCase()),
  UCASE: onText((text) => text.toUpperCase()),
};

/** Anything compared with NULL is false. */
const compare = (operator: string, left: Value, right: Value): boolean => {
  if (left === null || right === null) return false;
  switch (operator) {
    case '=':
      return left === right;
    case '<>':
    case '!=':
      return left !== right;
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    default:
      return left >= right;
  }
};

const calculate = (operator: string, left: Value, right: Value): Value => {
  if (typeof left === 'string' && typeof right === 'string') return left + right;
  if (typeof left !== 'number' || typeof right !== 'number') return null;
  if (operator === '+') return left + right;
  if (operator === '-') return left - right;
  if (operator === '*') return left * right;
  return operator === '/' ? left / right : left % right;
};

const cast = (value: Value, type: SqlType): Value => {
  if (value === null) return null;
  if (type === 'STRING') return String(value);
  if (type === 'BIGINT' || type === 'INTEGER') return Math.trunc(Number(value));
  if (type === 'DOUBLE' || typeof type === 'object') return Number(value);
  return value;
};

const literal = (type: SqlType | null, text: string): Value => {
  if (type === null) return null;
  if (type === 'STRING') return text;
  return type === 'BOOLEAN' ? text === 'TRUE' : Number(text);
};

/** What an expression comes to, by ksqlDB's rules for nulls. Throws for what no statement of ours uses. */
export const evaluate = (expression: Expression, reading: Reading): Value => {
  const of = (part: Expression): Value => evaluate(part, reading);
  switch (expression.kind) {
    case 'literal':
      return literal(expression.type, expression.text);
    case 'column':
      return reading.column(expression);
    case 'call': {
      const aggregate = reading.aggregate(expression);
      if (aggregate !== undefined) return aggregate;
      const call = FUNCTIONS[expression.name];
      if (call === undefined) throw new Error(`${expression.name} is not evaluated here yet`);
      return call(expression.values.map(of));
    }
    case 'cast':
      return cast(of(expression.value), expression.type);
    case 'case': {
      const branch = expression.branches.find(({ when }) => of(when) === true);
      if (branch !== undefined) return of(branch.result);
      return expression.otherwise === null ? null : of(expression.otherwise);
    }
    case 'array':
      return expression.items.map(of);
    case 'struct':
      return Object.fromEntries(expression.fields.map(({ name, value }) => [name, of(value)]));
    case 'not':
      return of(expression.value) !== true;
    case 'null test':
      return (of(expression.value) === null) !== expression.negated;
    case 'in': {
      const value = of(expression.value);
      const found = value !== null && expression.items.some((item) => of(item) === value);
      return found !== expression.negated;
    }
    case 'joined':
      return expression.operator === 'AND'
        ? of(expression.left) === true && of(expression.right) === true
        : of(expression.left) === true || of(expression.right) === true;
    case 'compared':
      return compare(expression.operator, of(expression.left), of(expression.right));
    case 'calculated':
      return calculate(expression.operator, of(expression.left), of(expression.right));
    default:
      throw new Error(`${expression.kind} is not evaluated here yet`);
  }
};
