import { PlatformError } from '@marketing-streams/platform/errors';

/** ZeroMQ RFC 32: 85 characters that need no escape in JSON. */
const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#';

const VALUES = new Map(Array.from(ALPHABET, (character, value) => [character, value]));

/** Five characters for each four bytes; bytes are padded with zeros to a multiple of four, as Delta's writers do. */
export const encodeZ85 = (bytes: Uint8Array): string => {
  const padded = new Uint8Array(Math.ceil(bytes.length / 4) * 4);
  padded.set(bytes);
  const view = new DataView(padded.buffer);
  let text = '';
  for (let offset = 0; offset < padded.length; offset += 4) {
    let value = view.getUint32(offset);
    let group = '';
    for (let digit = 0; digit < 5; digit++) {
      group = ALPHABET[value % 85]! + group;
      value = Math.floor(value / 85);
    }
    text += group;
  }
  return text;
};

/** The first `length` bytes a text stands for. Throws DELTA_CORRUPT for a text that is not Z85 or too short. */
export const decodeZ85 = (text: string, length: number): Uint8Array => {
  const bytes = new Uint8Array(Math.floor(text.length / 5) * 4);
  const view = new DataView(bytes.buffer);
  for (let group = 0; group * 5 < text.length; group++) {
    let value = 0;
    for (let digit = 0; digit < 5; digit++) {
      const digitValue = VALUES.get(text[group * 5 + digit] ?? '');
      if (digitValue === undefined)
        throw new PlatformError('DELTA_CORRUPT', `not a Z85 text: ${text.slice(0, 40)}`);
      value = value * 85 + digitValue;
    }
    view.setUint32(group * 4, value);
  }
  if (bytes.length < length)
    throw new PlatformError('DELTA_CORRUPT', `Z85 text of ${bytes.length} bytes, not ${length}`);
  return bytes.subarray(0, length);
};
