import { MAX_CENTS } from '@marketing-streams/domain/money';
import { PlatformError } from '@marketing-streams/platform/errors';
import avsc from 'avsc';
import { isEpochMilliseconds } from '../time.ts';
import { centsFromBytes, centsToBytes } from './decimal.ts';

// avsc takes logical types as classes: the four methods below are its contract. `_toValue` returns undefined
// for a value that cannot be written, which avsc reports with the path of the field. `_resolve` returns how a
// writer's value becomes the reader's, or undefined when it cannot.

const invalid = (message: string, value: unknown): PlatformError =>
  new PlatformError('VALUE_INVALID', message, { details: { value } });

/** What truncation looks like from inside a logical type: avsc finds out only after the whole record. */
const requireRead = <T>(value: T | undefined): T => {
  if (value === undefined) throw new RangeError('the record ends too early');
  return value;
};

/** `decimal(18,2)` as whole cents. A writer's scale must be the same; amounts beyond MAX_CENTS are refused. */
class DecimalType extends avsc.types.LogicalType {
  readonly precision: number;
  readonly scale: number;

  constructor(schema: avsc.Schema, options?: unknown) {
    super(schema, options);
    const { precision = 0, scale = 0 } = schema as { precision?: number; scale?: number };
    this.precision = precision;
    this.scale = scale;
  }

  override _fromValue(bytes: Buffer | undefined): number {
    const cents = centsFromBytes(requireRead(bytes));
    if (cents === null)
      throw invalid(`amount of ${bytes?.length} bytes is beyond ±${MAX_CENTS} cents`, bytes);
    return cents;
  }

  override _toValue(cents: unknown): Buffer | undefined {
    return Number.isInteger(cents) && Math.abs(cents as number) <= MAX_CENTS
      ? centsToBytes(cents as number)
      : undefined;
  }

  override _resolve(writer: avsc.Type): ((cents: number) => number) | undefined {
    const same =
      writer instanceof DecimalType && writer.scale === this.scale && writer.precision <= this.precision;
    return same ? (cents) => cents : undefined;
  }
}

/**
 * `timestamp-millis` as epoch milliseconds that a Date can show. Only the same logical type resolves to it: a
 * plain long or `timestamp-micros` could mean any unit.
 */
class TimestampMillisType extends avsc.types.LogicalType {
  override _fromValue(milliseconds: number): number {
    if (!isEpochMilliseconds(milliseconds)) throw invalid(`${milliseconds} is not a moment`, milliseconds);
    return milliseconds;
  }

  override _toValue(milliseconds: unknown): number | undefined {
    return isEpochMilliseconds(milliseconds) ? milliseconds : undefined;
  }

  override _resolve(writer: avsc.Type): ((milliseconds: number) => number) | undefined {
    return writer instanceof TimestampMillisType ? (milliseconds) => milliseconds : undefined;
  }
}

/** Text out of a closed list, for values that Avro's enum symbols cannot spell (`high-value`). */
class OneOfType extends avsc.types.LogicalType {
  readonly values: readonly string[];

  constructor(schema: avsc.Schema, options?: unknown) {
    super(schema, options);
    this.values = (schema as { values?: readonly string[] }).values ?? [];
  }

  override _fromValue(text: string | undefined): string {
    const value = requireRead(text);
    if (!this.values.includes(value)) {
      throw invalid(`${JSON.stringify(value)} is none of ${this.values.join(', ')}`, value);
    }
    return value;
  }

  override _toValue(text: unknown): string | undefined {
    return this.values.includes(text as string) ? (text as string) : undefined;
  }

  override _resolve(writer: avsc.Type): ((text: string) => string) | undefined {
    return writer instanceof OneOfType || writer.typeName === 'string'
      ? (text) => this._fromValue(text)
      : undefined;
  }
}

/** The logical types of the contracts, by the name they have in schemas. Others are read as the plain type. */
export const LOGICAL_TYPES = {
  decimal: DecimalType,
  'timestamp-millis': TimestampMillisType,
  'one-of': OneOfType,
};
