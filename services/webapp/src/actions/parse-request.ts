import { PlatformError } from '@marketing-streams/platform/errors';
import type { z } from 'zod';

/** One thing that is wrong with a request. */
export type FieldProblem = {
  /** Path of the field, e.g. `items[0].unit_price`. */
  readonly field: string;
  /** What was sent; absent when nothing was. */
  readonly value?: unknown;
  readonly message: string;
};

const LONGEST_SHOWN_VALUE = 200;

const pathOf = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (text, part) =>
      typeof part === 'number' ? `${text}[${part}]` : text === '' ? String(part) : `${text}.${String(part)}`,
    '',
  );

const valueAt = (input: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (value, part) =>
      typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[part] : undefined,
    input,
  );

/** A value as it can be repeated in an answer: long ones are cut. */
export const shown = (value: unknown): unknown => {
  const json = JSON.stringify(value) as string | undefined;
  return json !== undefined && json.length > LONGEST_SHOWN_VALUE
    ? `${json.slice(0, LONGEST_SHOWN_VALUE)}…`
    : value;
};

const problemsOf = (error: z.ZodError, input: unknown): FieldProblem[] =>
  error.issues.flatMap((issue): FieldProblem[] => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        field: pathOf([...issue.path, key]),
        value: shown(valueAt(input, [...issue.path, key])),
        message: 'is not a known field',
      }));
    }
    const value = valueAt(input, issue.path);
    const field = pathOf(issue.path) || 'body';
    return value === undefined && issue.path.length > 0
      ? [{ field, message: 'is required' }]
      : [{ field, value: shown(value), message: issue.message }];
  });

const sentence = ({ field, value, message }: FieldProblem): string =>
  value === undefined ? `${field} ${message}` : `${field} = ${JSON.stringify(value)} ${message}`;

/** The error that names every field and value that is wrong: VALUE_INVALID, an HTTP 400. */
export const invalidRequest = (problems: readonly FieldProblem[]): PlatformError =>
  new PlatformError('VALUE_INVALID', problems.map(sentence).join('; '), { details: { fields: problems } });

/** Checks a request against its shape. Throws `invalidRequest` with every problem when it does not fit. */
export const parseRequest = <Shape extends z.ZodType>(shape: Shape, input: unknown): z.infer<Shape> => {
  const result = shape.safeParse(input);
  if (result.success) return result.data;
  throw invalidRequest(problemsOf(result.error, input));
};
