import { inspect } from 'node:util';
import { isPlatformError, messageOf, PlatformError } from '@marketing-streams/platform/errors';
import avsc from 'avsc';
import { HEADER_BYTES } from './wire-format.ts';

const MAX_SHOWN_CHARACTERS = 200;

const show = (value: unknown): string => {
  const text = inspect(value, { depth: 1, breakLength: Number.POSITIVE_INFINITY });
  return text.length <= MAX_SHOWN_CHARACTERS ? text : `${text.slice(0, MAX_SHOWN_CHARACTERS)}…`;
};

/** What was wrong with a value that could not be encoded: VALUE_INVALID naming the first bad field. */
export const explainEncodeFailure = (
  topic: string,
  type: avsc.Type,
  value: unknown,
  cause: unknown,
): PlatformError => {
  let first: { field: string; value: unknown; expected: avsc.Type } | undefined;
  type.isValid(value, {
    errorHook: (path, bad, expected) => {
      first ??= { field: path.join('.'), value: bad, expected };
    },
  });
  if (first === undefined) return new PlatformError('INTERNAL', `${topic}: ${messageOf(cause)}`, { cause });
  const { field, expected } = first;
  return new PlatformError(
    'VALUE_INVALID',
    `${topic}: ${field === '' ? 'the record' : field} = ${show(first.value)} is not a valid ${expected.typeName.replace('logical:', '')}`,
    { cause, details: { field, value: first.value } },
  );
};

/** The first field of the writer's record at which reading fails; null when each on its own can be read. */
const failingField = (writer: avsc.Type, value: Buffer): { name: string; error: unknown } | null => {
  if (!(writer instanceof avsc.types.RecordType)) return null;
  let position = HEADER_BYTES;
  for (const { name, type } of writer.fields) {
    try {
      position = type.decode(value, position).offset;
    } catch (error) {
      return { name, error };
    }
    if (position < 0) return { name, error: new RangeError('the record ends too early') };
  }
  return null;
};

/**
 * What was wrong with a value that could not be decoded, found by reading it again field by field:
 * VALUE_INVALID for a well-formed value out of range, VALUE_UNDECODABLE for bytes that make no sense.
 */
export const explainDecodeFailure = (
  topic: string,
  writer: avsc.Type,
  value: Buffer,
  cause: unknown,
): PlatformError => {
  const found = failingField(writer, value);
  const error = found?.error ?? cause;
  const code = isPlatformError(error, 'VALUE_INVALID') ? 'VALUE_INVALID' : 'VALUE_UNDECODABLE';
  const where = found === null ? topic : `${topic}: field ${found.name}`;
  return new PlatformError(code, `${where}: ${messageOf(error)}`, {
    cause,
    details: found === null ? {} : { field: found.name },
  });
};
