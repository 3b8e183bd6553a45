import { createHash } from 'node:crypto';

/** How the values under one prefix of the state are written. */
export type StateCodec<Value> = {
  /**
   * What the bytes mean, as text: with another one stored bytes would be misread, so it is part of the version by
   * which a store is rebuilt.
   */
  readonly schema: string;
  /**
   * Writes a value into the target and gives the position after it; when it does not fit, a negative number of
   * which the magnitude is at least the number of bytes that are missing. Throws for what the schema does not allow.
   */
  write(value: Value, target: Buffer, position: number): number;
  /** The value; `bytes` hold it alone, and only for the duration of the call. */
  read(bytes: Buffer): Value;
};

/** Codecs by the first character of the keys they are for. Values under other keys are JSON. */
export type StateCodecs = Readonly<Record<string, StateCodec<unknown>>>;

/** Plain data as JSON text: what keys without a codec of their own get. */
const json: StateCodec<unknown> = {
  schema: 'json',
  write: (value, target, position) => {
    const text = JSON.stringify(value);
    const missing = position + Buffer.byteLength(text) - target.length;
    return missing > 0 ? -missing : position + target.write(text, position);
  },
  read: (bytes) => JSON.parse(bytes.toString('utf8', 0, bytes.length)),
};

/** Gives the codec of a key. Throws a TypeError for codecs under anything else than one ASCII character. */
export const codecFinder = (codecs: StateCodecs): ((key: string) => StateCodec<unknown>) => {
  const byCharacter: (StateCodec<unknown> | undefined)[] = Array.from({ length: 128 });
  for (const [prefix, codec] of Object.entries(codecs)) {
    const code = prefix.charCodeAt(0);
    if (prefix.length !== 1 || code >= 128)
      throw new TypeError(`"${prefix}": a state codec is for keys that begin with one ASCII character`);
    byCharacter[code] = codec;
  }
  return (key) => byCharacter[key.charCodeAt(0)] ?? json;
};

/**
 * The version of a store: that of the rules whose results it holds and that of how they are written. A change of
 * either makes the store be rebuilt.
 */
export const stateVersion = (ruleVersion: string, codecs: StateCodecs = {}): string => {
  const schemas = Object.entries(codecs).map(([prefix, { schema }]) => [prefix, schema]);
  if (schemas.length === 0) return ruleVersion;
  const hash = createHash('sha256').update(JSON.stringify(schemas.sort()));
  return `${ruleVersion}+state-${hash.digest('hex').slice(0, 12)}`;
};
