/** MessagePack's array and text with lengths of 32 bits; texts are taken as bytes. */
const ARRAY_32 = 0xdd;
const TEXT_32 = 0xdb;
const HEADER_BYTES = 5;

/** UTF-8 takes no more for a UTF-16 unit. */
const BYTES_PER_UNIT = 3;

const FIRST_CAPACITY = 256 * 1024;
/** A larger one was needed once and is not kept. */
const KEPT_CAPACITY = 4 * 1024 * 1024;

let scratch = Buffer.allocUnsafeSlow(FIRST_CAPACITY);

const reserve = (used: number, wanted: number): void => {
  if (used + wanted <= scratch.length) return;
  const larger = Buffer.allocUnsafeSlow(Math.max(used + wanted, scratch.length * 2));
  scratch.copy(larger, 0, 0, used);
  scratch = larger;
};

/**
 * Values as one argument for a Lua script, which gets them back as a list of texts by `cmsgpack.unpack`
 * (https://github.com/msgpack/msgpack/blob/master/spec.md). A command of thousands of arguments costs the client more
 * than all else it does for them.
 */
export const packValues = (values: readonly (string | number | Buffer)[]): Buffer => {
  scratch[0] = ARRAY_32;
  scratch.writeUInt32BE(values.length, 1);
  let end = HEADER_BYTES;
  for (const value of values) {
    const start = end + HEADER_BYTES;
    let length: number;
    if (typeof value === 'object') {
      reserve(end, HEADER_BYTES + value.length);
      length = value.copy(scratch, start);
    } else {
      const text = typeof value === 'number' ? String(value) : value;
      reserve(end, HEADER_BYTES + text.length * BYTES_PER_UNIT);
      length = scratch.write(text, start, 'utf8');
    }
    scratch[end] = TEXT_32;
    scratch.writeUInt32BE(length, end + 1);
    end = start + length;
  }
  const packed = Buffer.from(scratch.subarray(0, end));
  if (scratch.length > KEPT_CAPACITY) scratch = Buffer.allocUnsafeSlow(FIRST_CAPACITY);
  return packed;
};
