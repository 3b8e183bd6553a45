import type { TopicPartition } from '@marketing-streams/contracts/record';
import type { KafkaClient, RangeReader } from '@marketing-streams/stream/kafka/api';

/** What lies between a position and the end of a partition. */
export type Gap = TopicPartition & { readonly from: number; readonly to: number };

/** What is unread in some gaps. */
export type Unread = {
  readonly records: number;
  /** False when gaps were too large to be looked into: transaction markers in them are counted as records then. */
  readonly isExact: boolean;
  /** When the oldest of them was written, epoch milliseconds; null without any, or when that is not known. */
  readonly oldestAt: number | null;
};

/** Looks into gaps. */
export type GapReader = {
  /** What is unread in each of the lists of gaps. */
  readonly read: (lists: readonly (readonly Gap[])[], signal: AbortSignal) => Promise<readonly Unread[]>;
  readonly close: () => Promise<void>;
};

type Seen = { readonly offset: number; readonly timestamp: number };

/**
 * Positions end at the last record, and the marker of the transaction that wrote it comes behind: a gap of some offsets
 * may hold no record at all. Larger gaps than this are not looked into.
 */
const SMALL_GAP = 200;

const placeOf = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;
const sizeOf = ({ from, to }: Gap): number => to - from;
const isSmall = (gap: Gap): boolean => sizeOf(gap) <= SMALL_GAP;

/** One gap per partition that holds all those given. */
const united = (gaps: readonly Gap[]): readonly Gap[] => {
  const widest = new Map<string, Gap>();
  for (const gap of gaps) {
    const known = widest.get(placeOf(gap));
    const from = Math.min(gap.from, known?.from ?? gap.from);
    widest.set(placeOf(gap), { ...gap, from, to: Math.max(gap.to, known?.to ?? gap.to) });
  }
  return [...widest.values()];
};

/** A reader that remembers what it found, so that gaps that stay cost nothing. */
export const createGapReader = (kafka: Pick<KafkaClient, 'rangeReader'>): GapReader => {
  let reader: RangeReader | undefined;
  let found = new Map<string, { readonly gap: Gap; readonly records: readonly Seen[] }>();

  const lookInto = async (gaps: readonly Gap[], signal: AbortSignal): Promise<void> => {
    const records = new Map(gaps.map((gap) => [placeOf(gap), [] as Seen[]]));
    reader ??= kafka.rangeReader();
    const take = (pieces: Parameters<Parameters<RangeReader['read']>[1]>[0]): void => {
      for (const piece of pieces) {
        for (const { offset, timestamp } of piece.records)
          records.get(placeOf(piece))?.push({ offset, timestamp });
      }
    };
    await reader.read(gaps, take, signal);
    for (const gap of gaps) found.set(placeOf(gap), { gap, records: records.get(placeOf(gap)) ?? [] });
  };

  const unreadOf = (gaps: readonly Gap[]): Unread => {
    let records = 0;
    let oldestAt: number | null = null;
    for (const gap of gaps) {
      if (!isSmall(gap)) {
        records += sizeOf(gap);
        continue;
      }
      for (const { offset, timestamp } of found.get(placeOf(gap))?.records ?? []) {
        if (offset < gap.from || offset >= gap.to) continue;
        records += 1;
        oldestAt = Math.min(oldestAt ?? timestamp, timestamp);
      }
    }
    const isExact = gaps.every(isSmall);
    return { records, isExact, oldestAt: isExact ? oldestAt : null };
  };

  return {
    read: async (lists, signal) => {
      const wanted = united(lists.flat().filter((gap) => isSmall(gap) && sizeOf(gap) > 0));
      const places = new Set(wanted.map(placeOf));
      found = new Map([...found].filter(([place]) => places.has(place)));
      const unknown = wanted.filter((gap) => {
        const known = found.get(placeOf(gap))?.gap;
        return known === undefined || known.from > gap.from || known.to < gap.to;
      });
      if (unknown.length > 0) await lookInto(unknown, signal);
      return lists.map(unreadOf);
    },
    close: async () => {
      await reader?.close();
    },
  };
};
