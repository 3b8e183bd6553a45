/*
 * Reading and writing Kafka's primitive types: big-endian integers, strings with a 16-bit length, zigzag
 * varints (https://kafka.apache.org/protocol#protocol_types).
 */

/** A place in a buffer; the functions below move it forward. */
export type Cursor = { readonly buffer: Buffer; offset: number };

export const readInt8 = (cursor: Cursor): number => {
  const value = cursor.buffer.readInt8(cursor.offset);
  cursor.offset += 1;
  return value;
};

export const readInt16 = (cursor: Cursor): number => {
  const value = cursor.buffer.readInt16BE(cursor.offset);
  cursor.offset += 2;
  return value;
};

export const readInt32 = (cursor: Cursor): number => {
  const value = cursor.buffer.readInt32BE(cursor.offset);
  cursor.offset += 4;
  return value;
};

/** A 64-bit integer as a number: offsets, timestamps and producer ids stay below 2^53. */
export const readInt64 = (cursor: Cursor): number => {
  const high = cursor.buffer.readInt32BE(cursor.offset);
  const low = cursor.buffer.readUInt32BE(cursor.offset + 4);
  cursor.offset += 8;
  return high * 0x1_0000_0000 + low;
};

export const readString = (cursor: Cursor): string => {
  const length = readInt16(cursor);
  if (length <= 0) return '';
  const start = cursor.offset;
  cursor.offset += length;
  return cursor.buffer.toString('utf8', start, cursor.offset);
};

/** A signed varint of up to 64 bits; exact up to 2^53. */
export const readVarint = (cursor: Cursor): number => {
  const { buffer } = cursor;
  let byte = buffer[cursor.offset++]!;
  if (byte < 0x80) return (byte >>> 1) ^ -(byte & 1);
  let result = byte & 0x7f;
  let scale = 0x80;
  do {
    byte = buffer[cursor.offset++]!;
    result += (byte & 0x7f) * scale;
    scale *= 0x80;
  } while (byte >= 0x80);
  return result % 2 === 0 ? result / 2 : -(result + 1) / 2;
};

/** An unsigned varint, as compact types use it. */
export const readUnsignedVarint = (cursor: Cursor): number => {
  let result = 0;
  let scale = 1;
  for (;;) {
    const byte = cursor.buffer[cursor.offset++]!;
    result += (byte & 0x7f) * scale;
    if (byte < 0x80) return result;
    scale *= 0x80;
  }
};

/** Bytes with a varint length; null when the length is −1. Shares memory with the buffer. */
export const readVarintBytes = (cursor: Cursor): Buffer | null => {
  const length = readVarint(cursor);
  if (length < 0) return null;
  const start = cursor.offset;
  cursor.offset += length;
  return cursor.buffer.subarray(start, cursor.offset);
};

/** Bytes a signed varint takes. */
export const sizeOfVarint = (value: number): number => {
  let rest = value >= 0 ? value * 2 : -value * 2 - 1;
  let size = 1;
  while (rest >= 0x80) {
    rest = Math.floor(rest / 0x80);
    size += 1;
  }
  return size;
};

export const writeVarint = (cursor: Cursor, value: number): void => {
  let rest = value >= 0 ? value * 2 : -value * 2 - 1;
  while (rest >= 0x80) {
    cursor.buffer[cursor.offset++] = (rest % 0x80) | 0x80;
    rest = Math.floor(rest / 0x80);
  }
  cursor.buffer[cursor.offset++] = rest;
};

export const writeUnsignedVarint = (cursor: Cursor, value: number): void => {
  let rest = value;
  while (rest >= 0x80) {
    cursor.buffer[cursor.offset++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  cursor.buffer[cursor.offset++] = rest;
};

export const writeInt16 = (cursor: Cursor, value: number): void => {
  cursor.offset = cursor.buffer.writeInt16BE(value, cursor.offset);
};

export const writeInt32 = (cursor: Cursor, value: number): void => {
  cursor.offset = cursor.buffer.writeInt32BE(value, cursor.offset);
};

export const writeInt64 = (cursor: Cursor, value: number): void => {
  cursor.buffer.writeInt32BE(Math.floor(value / 0x1_0000_0000), cursor.offset);
  cursor.buffer.writeUInt32BE((value % 0x1_0000_0000) >>> 0, cursor.offset + 4);
  cursor.offset += 8;
};

/** A string with a 16-bit length; null has length −1. */
export const writeString = (cursor: Cursor, value: string | null): void => {
  writeInt16(cursor, value === null ? -1 : Buffer.byteLength(value));
  if (value !== null) cursor.offset += cursor.buffer.write(value, cursor.offset, 'utf8');
};

/** Bytes `writeString` takes. */
export const sizeOfString = (value: string | null): number =>
  2 + (value === null ? 0 : Buffer.byteLength(value));

/** Wraps a request's body the way kafkajs takes it from an encoder. */
export const asPayload = (body: Buffer) => async () => ({ buf: body, buffer: body });
