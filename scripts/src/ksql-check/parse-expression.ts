import type { Reader } from './reader.ts';
import type { Expression } from './syntax.ts';
import type { SqlType } from './types.ts';

const SIMPLE_TYPES: Readonly<Record<string, SqlType>> = {
  BOOLEAN: 'BOOLEAN',
  INT: 'INTEGER',
  INTEGER: 'INTEGER',
  BIGINT: 'BIGINT',
  DOUBLE: 'DOUBLE',
  STRING: 'STRING',
  VARCHAR: 'STRING',
  BYTES: 'BYTES',
  DATE: 'DATE',
  TIME: 'TIME',
  TIMESTAMP: 'TIMESTAMP',
};

/** What `read` reads, once or more, with commas between. */
export const listOf = <T>(reader: Reader, read: () => T): readonly T[] => {
  const list = [read()];
  while (reader.accept(',')) list.push(read());
  return list;
};

/** A type, e.g. `DECIMAL(18, 2)` or `ARRAY<STRING>`. */
export const parseType = (reader: Reader): SqlType => {
  if (reader.accept('ARRAY')) {
    reader.expect('<');
    const item = parseType(reader);
    reader.expect('>');
    return { item };
  }
  if (reader.accept('STRUCT')) {
    reader.expect('<');
    const fields = listOf(reader, () => ({ name: reader.name('a field'), type: parseType(reader) }));
    reader.expect('>');
    return { fields };
  }
  if (reader.accept('DECIMAL')) {
    reader.expect('(');
    const precision = Number(reader.take('whole', 'a precision'));
    reader.expect(',');
    const scale = Number(reader.take('whole', 'a scale'));
    reader.expect(')');
    return { precision, scale };
  }
  const type = SIMPLE_TYPES[reader.peek().text];
  if (type === undefined || reader.peek().kind !== 'word') return reader.refuse('a type');
  reader.next();
  return type;
};

type Parse = (reader: Reader) => Expression;

/** Operands with any of some operators between, grouped from the left. */
const leftToRight =
  (kind: 'joined' | 'calculated', operators: readonly string[], operand: Parse): Parse =>
  (reader) => {
    let left = operand(reader);
    for (;;) {
      const operator = operators.find((text) => reader.accept(text));
      if (operator === undefined) return left;
      left = { kind, operator, left, right: operand(reader), line: left.line };
    }
  };

const parseCase: Parse = (reader) => {
  const { line } = reader.peek();
  reader.expect('CASE');
  const branches = [];
  while (reader.accept('WHEN')) {
    const when = parseExpression(reader);
    reader.expect('THEN');
    branches.push({ when, result: parseExpression(reader) });
  }
  if (branches.length === 0) reader.refuse('WHEN');
  const otherwise = reader.accept('ELSE') ? parseExpression(reader) : null;
  reader.expect('END');
  return { kind: 'case', branches, otherwise, line };
};

const parseCall: Parse = (reader) => {
  const { line, text: name } = reader.next();
  reader.expect('(');
  if (reader.accept('*', ')')) return { kind: 'call', name, values: [], star: true, line };
  if (reader.accept(')')) return { kind: 'call', name, values: [], star: false, line };
  const values = listOf(reader, () => parseExpression(reader));
  reader.expect(')');
  return { kind: 'call', name, values, star: false, line };
};

const parseArray: Parse = (reader) => {
  const { line } = reader.peek();
  reader.expect('ARRAY', '[');
  const items = listOf(reader, () => parseExpression(reader));
  reader.expect(']');
  return { kind: 'array', items, line };
};

const parseStruct: Parse = (reader) => {
  const { line } = reader.peek();
  reader.expect('STRUCT', '(');
  const fields = listOf(reader, () => {
    const name = reader.name('a field');
    reader.expect(':=');
    return { name, value: parseExpression(reader) };
  });
  reader.expect(')');
  return { kind: 'struct', fields, line };
};

const LITERALS: Readonly<Record<string, SqlType | null>> = { TRUE: 'BOOLEAN', FALSE: 'BOOLEAN', NULL: null };

const literalType = (kind: string, text: string): SqlType | undefined => {
  if (kind === 'text') return 'STRING';
  if (kind === 'double') return 'DOUBLE';
  if (kind === 'whole') return Number(text) <= 2_147_483_647 ? 'INTEGER' : 'BIGINT';
  if (kind !== 'decimal') return undefined;
  const [whole, decimals] = text.split('.') as [string, string];
  return { precision: whole.replace(/^0+/, '').length + decimals.length || 1, scale: decimals.length };
};

const parseNamed: Parse = (reader) => {
  const { kind, text, line } = reader.peek();
  if (kind === 'word' && text in LITERALS) {
    reader.next();
    return { kind: 'literal', type: LITERALS[text]!, text, line };
  }
  if (kind === 'word' && reader.peek(1).text === '(') return parseCall(reader);
  const name = reader.name('an expression');
  return reader.accept('.')
    ? { kind: 'column', source: name, name: reader.name('a column'), line }
    : { kind: 'column', source: null, name, line };
};

const parseStart: Parse = (reader) => {
  const { kind, text, line } = reader.peek();
  const type = literalType(kind, text);
  if (type !== undefined) {
    reader.next();
    return { kind: 'literal', type, text, line };
  }
  if (reader.accept('(')) {
    const inner = parseExpression(reader);
    reader.expect(')');
    return inner;
  }
  if (kind !== 'word') return parseNamed(reader);
  if (text === 'CASE') return parseCase(reader);
  if (reader.accept('CAST', '(')) {
    const value = parseExpression(reader);
    reader.expect('AS');
    const to = parseType(reader);
    reader.expect(')');
    return { kind: 'cast', value, type: to, line };
  }
  if (text === 'ARRAY' && reader.peek(1).text === '[') return parseArray(reader);
  if (text === 'STRUCT' && reader.peek(1).text === '(') return parseStruct(reader);
  return parseNamed(reader);
};

const parsePrimary: Parse = (reader) => {
  let value = parseStart(reader);
  for (;;) {
    if (reader.accept('->'))
      value = { kind: 'field', of: value, name: reader.name('a field'), line: value.line };
    else if (reader.accept('[')) {
      value = { kind: 'element', of: value, index: parseExpression(reader), line: value.line };
      reader.expect(']');
    } else return value;
  }
};

const parseSigned: Parse = (reader) => {
  const { line } = reader.peek();
  return reader.accept('-') ? { kind: 'negative', value: parseSigned(reader), line } : parsePrimary(reader);
};

const parseProduct = leftToRight('calculated', ['*', '/', '%'], parseSigned);
const parseSum = leftToRight('calculated', ['+', '-'], parseProduct);

const parseCompared: Parse = (reader) => {
  const left = parseSum(reader);
  const { line } = left;
  const operator = ['=', '<>', '!=', '<=', '>=', '<', '>'].find((text) => reader.accept(text));
  if (operator !== undefined) return { kind: 'compared', operator, left, right: parseSum(reader), line };
  if (reader.accept('IS', 'NOT', 'NULL')) return { kind: 'null test', value: left, negated: true, line };
  if (reader.accept('IS', 'NULL')) return { kind: 'null test', value: left, negated: false, line };
  const negated = reader.accept('NOT', 'IN');
  if (!negated && !reader.accept('IN')) return left;
  reader.expect('(');
  const items = listOf(reader, () => parseExpression(reader));
  reader.expect(')');
  return { kind: 'in', value: left, items, negated, line };
};

const parseNegated: Parse = (reader) => {
  const { line } = reader.peek();
  return reader.accept('NOT') ? { kind: 'not', value: parseNegated(reader), line } : parseCompared(reader);
};

const parseConjunction = leftToRight('joined', ['AND'], parseNegated);
const parseDisjunction = leftToRight('joined', ['OR'], parseConjunction);

/**
 * An expression. Throws VALUE_INVALID at what it does not know: functions of functions (lambdas), maps, BETWEEN and
 * LIKE are left out until a statement needs them.
 */
export const parseExpression = (reader: Reader): Expression => parseDisjunction(reader);
