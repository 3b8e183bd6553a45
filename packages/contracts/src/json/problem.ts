import type { ErrorObject } from 'ajv';

/** What a JSON value got wrong: the field's path with dots, what was sent there, and the rule it broke. */
export type JsonProblem = { readonly field: string; readonly value: unknown; readonly reason: string };

/** The steps of a JSON pointer (RFC 6901). */
const steps = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));

const at = (value: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>((inner, step) => (inner as Record<string, unknown> | null | undefined)?.[step], value);

const FORMATS: Readonly<Record<string, string>> = {
  'decimal-18-2': 'is no amount with at most two decimals and fifteen digits',
  'timestamp-millis': 'is no moment in epoch milliseconds',
};

const reasonOf = ({ keyword, params, message }: ErrorObject): string => {
  switch (keyword) {
    case 'required':
      return 'is missing';
    case 'additionalProperties':
      return 'is no field of the contract';
    case 'enum':
      return `is none of ${(params['allowedValues'] as readonly unknown[]).join(', ')}`;
    case 'format':
      return FORMATS[String(params['format'])] ?? 'is not allowed';
    default:
      return message ?? 'is not allowed';
  }
};

/** Where alternatives were tried, the error deepest inside tells most. */
const deepest = (errors: readonly ErrorObject[]): ErrorObject | undefined =>
  errors.reduce<ErrorObject | undefined>(
    (best, error) =>
      best === undefined || steps(error.instancePath).length > steps(best.instancePath).length ? error : best,
    undefined,
  );

/** Reads the errors ajv left behind for a value. */
export const inspectProblem = (errors: readonly ErrorObject[], value: unknown): JsonProblem => {
  const error = deepest(errors);
  if (error === undefined) return { field: '', value, reason: 'is not allowed' };
  const path = steps(error.instancePath);
  const culprit = error.params['missingProperty'] ?? error.params['additionalProperty'];
  if (typeof culprit === 'string') path.push(culprit);
  return { field: path.join('.'), value: at(value, path), reason: reasonOf(error) };
};
