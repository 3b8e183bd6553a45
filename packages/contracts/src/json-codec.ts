import { isUtf8 } from 'node:buffer';
import { centsFromNumber, MAX_CENTS, numberFromCents } from '@marketing-streams/domain/money';
import { messageOf, PlatformError } from '@marketing-streams/platform/errors';
import { Ajv, type ValidateFunction } from 'ajv';
import { inspectProblem } from './json/problem.ts';
import { decimalConverter, exact, type JsonSchema, tolerant } from './json/schema.ts';
import { isEpochMilliseconds } from './time.ts';
import { TOPICS, type TopicName } from './topics.ts';

/** Encodes and decodes the values of one JSON topic: plain UTF-8 JSON, as ksqlDB and others read and write it. */
export type JsonCodec<T> = {
  /** Throws VALUE_INVALID naming the field and the value. */
  readonly encode: (value: T) => Buffer;
  /**
   * Fields the contract does not know are let through, so that a writer may be ahead. Throws VALUE_UNDECODABLE
   * for what is not JSON, VALUE_INVALID naming the field and the value for JSON the contract does not allow.
   */
  readonly decode: (value: Buffer) => T;
};

const hasAtMostTwoDecimals = (amount: number): boolean => {
  try {
    centsFromNumber(amount);
    return true;
  } catch {
    return false;
  }
};

const compile = (schema: JsonSchema): ValidateFunction =>
  new Ajv({ allowUnionTypes: true })
    .addFormat('decimal-18-2', { type: 'number', validate: hasAtMostTwoDecimals })
    .addFormat('timestamp-millis', { type: 'number', validate: isEpochMilliseconds })
    .compile(schema);

/**
 * The codec of a topic's contract. Amounts of money are whole cents in code and numbers with at most two
 * decimals on the topic.
 */
export const createJsonCodec = <T>(topic: TopicName): JsonCodec<T> => {
  const { format, schema: text } = TOPICS[topic];
  if (format !== 'json' || text === null) throw new PlatformError('INTERNAL', `${topic} is not a JSON topic`);
  const schema = exact(JSON.parse(text) as JsonSchema);
  const allowsWriting = compile(schema);
  const allowsReading = compile(tolerant(schema));
  const encodeDecimals = decimalConverter(schema, (cents, field) => {
    if (Number.isInteger(cents) && Math.abs(cents as number) <= MAX_CENTS)
      return numberFromCents(cents as number);
    throw new PlatformError(
      'VALUE_INVALID',
      `${topic}: ${field} = ${String(cents)} is no whole number of cents up to ${MAX_CENTS}`,
      { details: { field, value: cents } },
    );
  });
  const decodeDecimals = decimalConverter(schema, (amount) => centsFromNumber(amount as number));

  const invalid = (validate: ValidateFunction, sent: unknown): PlatformError => {
    const { field, value, reason } = inspectProblem(validate.errors ?? [], sent);
    const shown = value === undefined ? '' : ` = ${JSON.stringify(value)?.slice(0, 200)}`;
    return new PlatformError('VALUE_INVALID', `${topic}: ${field || 'the value'}${shown} ${reason}`, {
      details: { field, value },
    });
  };

  return {
    encode: (value) => {
      const wire = encodeDecimals(value);
      if (!allowsWriting(wire)) throw invalid(allowsWriting, value);
      return Buffer.from(JSON.stringify(wire));
    },
    decode: (bytes) => {
      if (!isUtf8(bytes)) throw new PlatformError('VALUE_UNDECODABLE', `${topic}: the value is not UTF-8`);
      let wire: unknown;
      try {
        wire = JSON.parse(bytes.toString());
      } catch (cause) {
        throw new PlatformError('VALUE_UNDECODABLE', `${topic}: the value is not JSON: ${messageOf(cause)}`, {
          cause,
        });
      }
      if (!allowsReading(wire)) throw invalid(allowsReading, wire);
      return decodeDecimals(wire) as T;
    },
  };
};
