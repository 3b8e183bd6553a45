import { isDecimal, isNumber, type SqlType, sameType, typeText } from './types.ts';

/** What came of looking at a call: its type, or what is wrong with it. */
export type CallResult = { readonly type: SqlType } | { readonly fault: string };

/** Types of a call's values; null is that of the literal NULL. */
type Given = readonly (SqlType | null)[];

type Signature = {
  readonly result: (given: Given) => CallResult;
  /** True for one that goes over many rows; `over tables` for one that can take a former row away again. */
  readonly aggregate: boolean | 'over tables';
};

const listed = (given: Given): string =>
  given.map((type) => (type === null ? 'NULL' : typeText(type))).join(', ');

const fault = (given: Given, expected: string): CallResult => ({
  fault: `given (${listed(given)}), takes ${expected}`,
});

/** All of one type; a literal NULL goes with any. */
const alike =
  (count: (length: number) => boolean, expected: string) =>
  (given: Given): CallResult => {
    const types = given.filter((type) => type !== null);
    const [type] = types;
    const good = type !== undefined && types.every((other) => sameType(type, other)) && count(given.length);
    return good ? { type } : fault(given, expected);
  };

/** Values of exactly these types, or fewer where they are optional. */
const exactly =
  (types: readonly SqlType[], type: SqlType, optional = 0) =>
  (given: Given): CallResult =>
    given.length <= types.length &&
    given.length >= types.length - optional &&
    given.every((one, index) => one === null || sameType(one, types[index]!))
      ? { type }
      : fault(given, types.map(typeText).join(', ') || 'nothing');

const oneNumber = (given: Given): CallResult => {
  const [type] = given;
  return given.length === 1 && type != null && isNumber(type) ? { type } : fault(given, 'one number');
};

const oneComparable = (given: Given): CallResult => {
  const [type] = given;
  const comparable =
    type != null && (isNumber(type) || type === 'DATE' || type === 'TIME' || type === 'TIMESTAMP');
  return given.length === 1 && comparable
    ? { type }
    : fault(given, 'one number or time (no BOOLEAN, no STRING)');
};

const average = (given: Given): CallResult => {
  const [type] = given;
  const good = given.length === 1 && type != null && isNumber(type) && !isDecimal(type);
  return good ? { type: 'DOUBLE' } : fault(given, 'one INTEGER, BIGINT or DOUBLE (no DECIMAL)');
};

/** The column, and perhaps FALSE for nulls too. */
const byOffset = (given: Given): CallResult => {
  const [type, ignoreNulls] = given;
  const good = given.length === 1 || (given.length === 2 && ignoreNulls === 'BOOLEAN');
  return type != null && good ? { type } : fault(given, 'a value, and perhaps a BOOLEAN');
};

const arrayRemove = (given: Given): CallResult => {
  const [list, item] = given;
  const good = list != null && typeof list === 'object' && 'item' in list && item != null;
  return given.length === 2 && good && sameType(list.item, item)
    ? { type: list }
    : fault(given, 'an ARRAY and one of its items');
};

const one = (given: Given): CallResult =>
  given.length === 1 && given[0] != null ? { type: given[0] } : fault(given, 'one value');

const plain = (result: Signature['result']): Signature => ({ result, aggregate: false });

/**
 * The functions that the statements may call. It is a short list on purpose: one that is missing is added together
 * with its signature, looked up in ksqlDB's reference or source.
 */
export const FUNCTIONS: Readonly<Record<string, Signature>> = {
  COUNT: {
    result: (given) => (given.length <= 1 ? { type: 'BIGINT' } : fault(given, '* or one value')),
    aggregate: 'over tables',
  },
  SUM: { result: oneNumber, aggregate: 'over tables' },
  AVG: { result: average, aggregate: 'over tables' },
  MIN: { result: oneComparable, aggregate: true },
  MAX: { result: oneComparable, aggregate: true },
  LATEST_BY_OFFSET: { result: byOffset, aggregate: true },
  EARLIEST_BY_OFFSET: { result: byOffset, aggregate: true },
  AS_VALUE: plain(one),
  COALESCE: plain(alike((length) => length >= 2, 'two or more values of one type')),
  IFNULL: plain(alike((length) => length === 2, 'two values of one type')),
  NULLIF: plain(alike((length) => length === 2, 'two values of one type')),
  GREATEST: plain(alike((length) => length >= 1, 'values of one type')),
  LEAST: plain(alike((length) => length >= 1, 'values of one type')),
  ARRAY_REMOVE: plain(arrayRemove),
  UNIX_TIMESTAMP: plain(exactly(['TIMESTAMP'], 'BIGINT', 1)),
  FROM_UNIXTIME: plain(exactly(['BIGINT'], 'TIMESTAMP')),
  LEN: plain(exactly(['STRING'], 'INTEGER')),
  LCASE: plain(exactly(['STRING'], 'STRING')),
  UCASE: plain(exactly(['STRING'], 'STRING')),
  TRIM: plain(exactly(['STRING'], 'STRING')),
};
