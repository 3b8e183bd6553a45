/** Bytes that grow at their end. `view` is over the same memory as `bytes`; only the first `length` bytes count. */
export type ByteSink = { bytes: Buffer; view: DataView; length: number };

const viewOf = (bytes: Buffer): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** An empty sink with room for `capacity` bytes before it has to grow. */
export const createByteSink = (capacity = 256): ByteSink => {
  const bytes = Buffer.allocUnsafeSlow(capacity);
  return { bytes, view: viewOf(bytes), length: 0 };
};

const grow = (sink: ByteSink, wanted: number): void => {
  const bytes = Buffer.allocUnsafeSlow(Math.max(wanted, sink.bytes.length * 2));
  sink.bytes.copy(bytes, 0, 0, sink.length);
  sink.bytes = bytes;
  sink.view = viewOf(bytes);
};

/** Appends `size` bytes of any content; where they begin. */
export const reserve = (sink: ByteSink, size: number): number => {
  const offset = sink.length;
  if (offset + size > sink.bytes.length) grow(sink, offset + size);
  sink.length = offset + size;
  return offset;
};

/** What was appended, as a view of the sink's memory. */
export const sinkBytes = (sink: ByteSink): Buffer => sink.bytes.subarray(0, sink.length);

export const putByte = (sink: ByteSink, value: number): void => {
  const offset = reserve(sink, 1);
  sink.bytes[offset] = value;
};

/** An unsigned whole number of 32 bits in groups of seven, the lowest first. */
export const putVarint = (sink: ByteSink, value: number): void => {
  let rest = value;
  while (rest > 127) {
    putByte(sink, (rest & 127) | 128);
    rest >>>= 7;
  }
  putByte(sink, rest);
};

export const putInt32 = (sink: ByteSink, value: number): void => {
  const offset = reserve(sink, 4);
  sink.view.setInt32(offset, value, true);
};

/** A safe integer as 64 bits, without a detour over bigint. */
export const putInt64 = (sink: ByteSink, value: number): void => {
  const offset = reserve(sink, 8);
  sink.view.setInt32(offset, value | 0, true);
  sink.view.setInt32(offset + 4, Math.floor(value / 4_294_967_296), true);
};

export const putBytes = (sink: ByteSink, bytes: Uint8Array): void => {
  const offset = reserve(sink, bytes.length);
  sink.bytes.set(bytes, offset);
};

/** From this length on the runtime's own encoder is quicker than a loop. */
const LONG_TEXT = 64;

/**
 * Parquet's BYTE_ARRAY of a text: its length in UTF-8 bytes and the bytes. Lone surrogates become U+FFFD. True when
 * every character is ASCII for certain.
 */
export const putText = (sink: ByteSink, text: string): boolean => {
  const { length } = text;
  const start = reserve(sink, 4 + length * 3) + 4;
  const { bytes } = sink;
  let written = 0;
  if (length <= LONG_TEXT) {
    while (written < length) {
      const code = text.charCodeAt(written);
      if (code > 127) break;
      bytes[start + written] = code;
      written++;
    }
  }
  const isAscii = written === length;
  if (!isAscii) written = bytes.write(text, start, 'utf8');
  sink.view.setInt32(start - 4, written, true);
  sink.length = start + written;
  return isAscii;
};
