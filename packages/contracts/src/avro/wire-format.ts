/** The Confluent wire format: a zero byte, the schema's registry id as four bytes big-endian, the Avro bytes. */
export const HEADER_BYTES = 5;

/** The registry id a value names; null when the value is not framed. */
export const schemaIdOf = (value: Buffer): number | null =>
  value.length >= HEADER_BYTES && value[0] === 0 ? value.readInt32BE(1) : null;

/** Why a value is not framed, for people. */
export const describeMissingFrame = (value: Buffer): string =>
  value.length < HEADER_BYTES
    ? `a value of ${value.length} bytes is too short for the Confluent wire format`
    : `the value begins with byte 0x${value[0]!.toString(16).padStart(2, '0')} instead of the Confluent magic byte 0x00`;
