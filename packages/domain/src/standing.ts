import { hash } from 'node:crypto';
import { compareStamps, type SourceOffset, type Stamp } from './source-offsets.ts';

/**
 * All that has to be kept of a row to decide whether another record of it counts, where the record that counts
 * counts whole: a tenth of the row, whatever its size.
 */
export type Standing = Stamp & {
  /** A higher rank absorbs a lower one whatever its time. */
  readonly rank: number;
  /** Digest of what the row says besides rank and time; see `digestOf`. */
  readonly facts: string;
};

/** Digest of texts and numbers, in which no list of them looks like another one. */
export const digestOf = (facts: readonly (string | number | null)[]): string => {
  let text = '';
  for (const fact of facts) {
    text += typeof fact === 'string' ? `${fact.length}:${fact}` : fact === null ? '-' : `#${fact} `;
  }
  return hash('sha1', text, 'base64url');
};

/** The place of the record that a row comes from, as a stamp; before everything for a row that has none. */
export const stampAt = (time: number, offsets: readonly SourceOffset[]): Stamp => ({
  time,
  offset: offsets[0]?.offset ?? -1,
  partition: offsets[0]?.partition ?? -1,
});

/**
 * True when `incoming` counts, by the highest (rank, time, offset), and says something new: a repeat of the same
 * event at another place does not.
 */
export const supersedes = (current: Standing, incoming: Standing): boolean => {
  if (incoming.rank !== current.rank) return incoming.rank > current.rank;
  if (compareStamps(incoming, current) <= 0) return false;
  return incoming.time !== current.time || incoming.facts !== current.facts;
};
