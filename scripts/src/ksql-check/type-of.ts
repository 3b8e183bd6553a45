import { FUNCTIONS } from './functions.ts';
import type { Expression } from './syntax.ts';
import { sqlFault } from './tokens.ts';
import { calculated, isNumber, type SqlType, sameType, typeText } from './types.ts';

/** What an expression may refer to. */
export type Scope = {
  /** The type of a column. Throws VALUE_INVALID when there is none, or more than one. */
  readonly typeOfColumn: (column: Extract<Expression, { readonly kind: 'column' }>) => SqlType;
};

const shown = (type: SqlType | null): string => (type === null ? 'NULL' : typeText(type));

const must = (type: SqlType | null, wanted: SqlType, line: number, what: string): void => {
  if (type !== wanted) throw sqlFault(line, `${what} is ${shown(type)}, not ${typeText(wanted)}`);
};

/** Every one of some types, apart from NULLs, has to be the same; that type, or null when all are NULL. */
const commonType = (types: readonly (SqlType | null)[], line: number, what: string): SqlType | null => {
  const known = types.filter((type) => type !== null);
  for (const type of known) {
    if (!sameType(type, known[0]!)) {
      throw sqlFault(line, `${what} are of different types: ${shown(known[0]!)} and ${shown(type)}`);
    }
  }
  return known[0] ?? null;
};

const isTime = (type: SqlType): boolean => type === 'DATE' || type === 'TIME' || type === 'TIMESTAMP';

/** Numbers go with numbers, texts with texts and times, others with their like; only some have an order. */
const comparable = (left: SqlType, right: SqlType, ordered: boolean): boolean => {
  if (isNumber(left)) return isNumber(right);
  if (left === 'STRING') return right === 'STRING' || isTime(right);
  if (isTime(left)) return right === 'STRING' || sameType(left, right);
  if (left === 'BYTES') return right === 'BYTES';
  return !ordered && sameType(left, right);
};

type Of<Kind extends Expression['kind']> = Extract<Expression, { readonly kind: Kind }>;

const typeOfCall = ({ name, values, star, line }: Of<'call'>, scope: Scope): SqlType => {
  const signature = FUNCTIONS[name];
  if (signature === undefined) {
    throw sqlFault(line, `${name} is none of the functions known here: ${Object.keys(FUNCTIONS).join(', ')}`);
  }
  if (star && name !== 'COUNT') throw sqlFault(line, `${name}(*) is no call`);
  const result = signature.result(values.map((value) => typeOf(value, scope)));
  if ('type' in result) return result.type;
  throw sqlFault(line, `${name}: ${result.fault}`);
};

const typeOfCase = ({ branches, otherwise, line }: Of<'case'>, scope: Scope): SqlType | null => {
  for (const { when } of branches) must(typeOf(when, scope), 'BOOLEAN', when.line, 'a condition');
  const results = branches.map(({ result }) => typeOf(result, scope));
  if (otherwise !== null) results.push(typeOf(otherwise, scope));
  return commonType(results, line, 'the branches of CASE');
};

const typeOfCompared = ({ operator, left, right, line }: Of<'compared'>, scope: Scope): SqlType => {
  const [one, other] = [typeOf(left, scope), typeOf(right, scope)];
  if (one === null || other === null)
    throw sqlFault(line, 'nothing compares with NULL: IS NULL, IS NOT NULL');
  const ordered = operator.startsWith('<') ? operator !== '<>' : operator.startsWith('>');
  if (!comparable(one, other, ordered)) {
    throw sqlFault(line, `cannot compare ${shown(one)} ${operator} ${shown(other)}`);
  }
  return 'BOOLEAN';
};

const typeOfCalculated = ({ operator, left, right, line }: Of<'calculated'>, scope: Scope): SqlType => {
  const [one, other] = [typeOf(left, scope), typeOf(right, scope)];
  if (operator === '+' && one === 'STRING' && other === 'STRING') return 'STRING';
  if (one !== null && other !== null && isNumber(one) && isNumber(other)) {
    return calculated(operator, one, other);
  }
  throw sqlFault(line, `cannot calculate ${shown(one)} ${operator} ${shown(other)}`);
};

const typeOfField = ({ of, name, line }: Of<'field'>, scope: Scope): SqlType => {
  const type = typeOf(of, scope);
  const fields = type !== null && typeof type === 'object' && 'fields' in type ? type.fields : [];
  const field = fields.find((one) => one.name === name);
  if (field === undefined) throw sqlFault(line, `${shown(type)} has no field ${name}`);
  return field.type;
};

const typeOfItems = (items: readonly Expression[], scope: Scope, line: number): SqlType | null =>
  commonType(
    items.map((item) => typeOf(item, scope)),
    line,
    'the items',
  );

const solid = (type: SqlType | null, line: number): SqlType => {
  if (type === null) throw sqlFault(line, 'a NULL without a type: CAST(NULL AS …)');
  return type;
};

/**
 * The type of an expression, null for a NULL of no type. Throws VALUE_INVALID where ksqlDB would refuse it for its
 * types, e.g. branches of a CASE that differ, or a function given others than it takes.
 */
export const typeOf = (expression: Expression, scope: Scope): SqlType | null => {
  const { line } = expression;
  switch (expression.kind) {
    case 'literal':
      return expression.type;
    case 'column':
      return scope.typeOfColumn(expression);
    case 'call':
      return typeOfCall(expression, scope);
    case 'cast':
      typeOf(expression.value, scope);
      return expression.type;
    case 'case':
      return typeOfCase(expression, scope);
    case 'array':
      return { item: solid(typeOfItems(expression.items, scope, line), line) };
    case 'struct':
      return {
        fields: expression.fields.map(({ name, value }) => ({
          name,
          type: solid(typeOf(value, scope), line),
        })),
      };
    case 'field':
      return typeOfField(expression, scope);
    case 'element': {
      const type = typeOf(expression.of, scope);
      if (type === null || typeof type === 'string' || !('item' in type)) {
        throw sqlFault(line, `${shown(type)} has no items`);
      }
      must(typeOf(expression.index, scope), 'INTEGER', line, 'an index');
      return type.item;
    }
    case 'not':
      must(typeOf(expression.value, scope), 'BOOLEAN', line, 'what follows NOT');
      return 'BOOLEAN';
    case 'negative': {
      const type = typeOf(expression.value, scope);
      if (type === null || !isNumber(type)) throw sqlFault(line, `-${shown(type)} is no number`);
      return type;
    }
    case 'null test':
      typeOf(expression.value, scope);
      return 'BOOLEAN';
    case 'in':
      typeOfItems([expression.value, ...expression.items], scope, line);
      return 'BOOLEAN';
    case 'joined':
      must(typeOf(expression.left, scope), 'BOOLEAN', line, `what ${expression.operator} joins`);
      must(typeOf(expression.right, scope), 'BOOLEAN', line, `what ${expression.operator} joins`);
      return 'BOOLEAN';
    case 'compared':
      return typeOfCompared(expression, scope);
    case 'calculated':
      return typeOfCalculated(expression, scope);
  }
};
