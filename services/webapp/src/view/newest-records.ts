import type { KafkaRecord } from '@marketing-streams/contracts/record';
import type { ViewTopics } from './view-topics.ts';

const VERSION_FIELD = Buffer.from('"version"');
const COLON = 0x3a;
const ZERO = 0x30;

const isSpace = (byte: number | undefined): boolean =>
  byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;

/**
 * The version that a gold record names, read without decoding the whole; NaN when there is none. A quoted
 * `"version"` can only be the field's name: within a text the quotes would be escaped.
 */
const versionIn = (value: Buffer): number => {
  let at = value.lastIndexOf(VERSION_FIELD);
  if (at < 0) return Number.NaN;
  at += VERSION_FIELD.length;
  while (isSpace(value[at])) at++;
  if (value[at++] !== COLON) return Number.NaN;
  while (isSpace(value[at])) at++;
  let version = Number.NaN;
  for (let digit = value[at]! - ZERO; digit >= 0 && digit <= 9; digit = value[++at]! - ZERO)
    version = (Number.isNaN(version) ? 0 : version) * 10 + digit;
  return version;
};

type NewestGold = {
  deletion: number;
  record: number;
  /** Of the record, read when there is another one to compare it with. */
  version: number | null;
};

const NONE = -1;

/**
 * Which of the records (in the order of their partitions) the view has to take in; the others are history nobody
 * asks for. Of gold, the newest version of a customer, wherever it stands, and the deletion before it if there was
 * one: what comes after a deletion is a new customer, whatever its version. Of silver, the last record of a key.
 * Every profile change. What is kept is still encoded and may turn out to be unusable.
 */
export const markNewest = (records: readonly KafkaRecord[], topics: ViewTopics): readonly boolean[] => {
  const isKept = records.map(() => false);
  const golds = new Map<string, NewestGold>();
  const rows = {
    [topics.orders]: new Map<string, number>(),
    [topics.activations]: new Map<string, number>(),
  };

  const takeGold = (key: string, value: Buffer | null, number: number): void => {
    const known = golds.get(key);
    if (value === null) golds.set(key, { deletion: number, record: NONE, version: null });
    else if (known === undefined) golds.set(key, { deletion: NONE, record: number, version: null });
    else if (known.record === NONE) known.record = number;
    else {
      const version = versionIn(value);
      known.version ??= versionIn(records[known.record]!.value!);
      // Without a version: not a gold record, which decoding will say.
      if (Number.isNaN(version)) isKept[number] = true;
      else if (Number.isNaN(known.version) || version >= known.version) {
        if (Number.isNaN(known.version)) isKept[known.record] = true;
        known.record = number;
        known.version = version;
      }
    }
  };

  for (let number = 0; number < records.length; number++) {
    const { topic, key, value } = records[number]!;
    if (topic === topics.profiles) isKept[number] = value !== null;
    else if (key === null) continue;
    // One character a byte, which is cheaper than UTF-8 and tells keys apart as well.
    else if (topic === topics.gold) takeGold(key.toString('latin1'), value, number);
    else rows[topic]?.set(key.toString('latin1'), number);
  }
  for (const { deletion, record } of golds.values()) {
    if (deletion !== NONE) isKept[deletion] = true;
    if (record !== NONE) isKept[record] = true;
  }
  for (const newest of Object.values(rows)) for (const number of newest.values()) isKept[number] = true;
  return isKept;
};
