/*
 * CRC-32C (Castagnoli), the checksum of record batches. Node has only the other CRC-32; kafkajs goes byte by byte.
 * "Slicing by 8": eight tables of 256 entries, one after the other, so that eight bytes cost one turn of the loop.
 */

const POLYNOMIAL = 0x82f6_3b78;

const createTables = (): Int32Array => {
  const tables = new Int32Array(8 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = (value & 1) !== 0 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1;
    tables[byte] = value;
  }
  for (let at = 256; at < tables.length; at++) {
    const former = tables[at - 256]!;
    tables[at] = (former >>> 8) ^ tables[former & 0xff]!;
  }
  return tables;
};

const TABLES = createTables();

/** The checksum of bytes, as an unsigned 32-bit number. */
export const crc32c = (bytes: Uint8Array): number => {
  const tables = TABLES;
  const whole = bytes.length - 7;
  let crc = -1;
  let at = 0;
  for (; at < whole; at += 8) {
    crc ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    crc =
      tables[1792 + (crc & 0xff)]! ^
      tables[1536 + ((crc >>> 8) & 0xff)]! ^
      tables[1280 + ((crc >>> 16) & 0xff)]! ^
      tables[1024 + (crc >>> 24)]! ^
      tables[768 + bytes[at + 4]!]! ^
      tables[512 + bytes[at + 5]!]! ^
      tables[256 + bytes[at + 6]!]! ^
      tables[bytes[at + 7]!]!;
  }
  for (; at < bytes.length; at++) crc = tables[(crc ^ bytes[at]!) & 0xff]! ^ (crc >>> 8);
  return (crc ^ -1) >>> 0;
};
