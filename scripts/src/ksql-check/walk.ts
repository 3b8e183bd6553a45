import { FUNCTIONS } from './functions.ts';
import type { Expression } from './syntax.ts';

/** The expressions that an expression directly consists of. */
const partsOf = (expression: Expression): readonly Expression[] => {
  switch (expression.kind) {
    case 'literal':
    case 'column':
      return [];
    case 'call':
      return expression.values;
    case 'case': {
      const branches = expression.branches.flatMap(({ when, result }) => [when, result]);
      return expression.otherwise === null ? branches : [...branches, expression.otherwise];
    }
    case 'array':
      return expression.items;
    case 'struct':
      return expression.fields.map(({ value }) => value);
    case 'field':
      return [expression.of];
    case 'element':
      return [expression.of, expression.index];
    case 'in':
      return [expression.value, ...expression.items];
    case 'joined':
    case 'compared':
    case 'calculated':
      return [expression.left, expression.right];
    default:
      return [expression.value];
  }
};

/** True for a call that goes over many rows. */
export const isAggregate = (
  expression: Expression,
): expression is Extract<Expression, { readonly kind: 'call' }> =>
  expression.kind === 'call' && (FUNCTIONS[expression.name]?.aggregate ?? false) !== false;

/** The expression and all within it, except for what is below one that `stop` says yes to. */
export const within = (
  expression: Expression,
  stop: (expression: Expression) => boolean = () => false,
): readonly Expression[] =>
  stop(expression)
    ? [expression]
    : [expression, ...partsOf(expression).flatMap((part) => within(part, stop))];
