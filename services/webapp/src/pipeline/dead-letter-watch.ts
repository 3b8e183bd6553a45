import { setTimeout as delay } from 'node:timers/promises';
import type { DeadLetter } from '@marketing-streams/contracts/generated/dead-letter';
import type { KafkaRecord } from '@marketing-streams/contracts/record';
import { isPlatformError, messageOf } from '@marketing-streams/platform/errors';
import type { Logger } from '@marketing-streams/platform/logging';
import type { Admin, FetchedPartition, KafkaClient, RangeReader } from '@marketing-streams/stream/kafka/api';

/** A refused record, as far as people read it. */
type Refusal = Pick<
  DeadLetter,
  'topic' | 'partition' | 'offset' | 'service' | 'step' | 'error_code' | 'message' | 'failed_at'
>;

/** What was refused. */
export type DeadLetters = {
  readonly count: number;
  /** False when the queue is so long that only its newest part was read. */
  readonly isExact: boolean;
  /** The newest ones, newest first. */
  readonly newest: readonly Refusal[];
};

/** Follows the dead-letter queue while somebody wants to know. */
export type DeadLetterWatch = {
  readonly latest: () => DeadLetters;
  /** Reads what has come since; what is known stays when Kafka is away. */
  readonly update: () => Promise<void>;
  /** As `update`, but waits only a little: for somebody who wants a page. */
  readonly updateSoon: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

export type DeadLetterWatchParts = {
  readonly kafka: Pick<KafkaClient, 'admin' | 'rangeReader'>;
  readonly topic: string;
  readonly codec: {
    readonly decode: (value: Buffer) => DeadLetter;
    readonly prepare: (records: readonly Pick<KafkaRecord, 'value'>[]) => Promise<void>;
  };
  readonly logger: Logger;
};

const SHOWN = 10;
/** Of a longer queue only this much of each partition is read. */
const LONGEST_READ = 2_000;
const TIMEOUT_MILLISECONDS = 5_000;
const PATIENCE_MILLISECONDS = 1_500;

/** A watch that has read nothing yet. */
export const createDeadLetterWatch = (parts: DeadLetterWatchParts): DeadLetterWatch => {
  const { kafka, topic, codec, logger } = parts;
  const positions = new Map<number, number>();
  let known: DeadLetters = { count: 0, isExact: true, newest: [] };
  let admin: Admin | undefined;
  let reader: RangeReader | undefined;
  let updating: Promise<void> | undefined;

  const refusalOf = ({ value }: KafkaRecord): Refusal[] => {
    if (value === null) return [];
    try {
      const { key: _key, value: _value, headers: _headers, ...refusal } = codec.decode(value);
      return [refusal];
    } catch (error) {
      if (!isPlatformError(error)) throw error;
      return [];
    }
  };

  /** Piece by piece: refused records can be large, and a read that takes too long is gone on with. */
  const take = async (pieces: readonly FetchedPartition[]): Promise<void> => {
    for (const { partition, records } of pieces) {
      await codec.prepare(records);
      const newest = [...known.newest, ...records.flatMap(refusalOf)]
        .sort((a, b) => b.failed_at - a.failed_at)
        .slice(0, SHOWN);
      known = { ...known, count: known.count + records.length, newest };
      const last = records.at(-1);
      if (last !== undefined) positions.set(partition, last.offset + 1);
    }
  };

  const read = async (): Promise<void> => {
    admin ??= kafka.admin();
    const [beginnings, ends] = await Promise.all([
      admin.beginningOffsets([topic]),
      admin.endOffsets([topic]),
    ]);
    const beginning = new Map(beginnings.map(({ partition, offset }) => [partition, offset]));
    const ranges = ends.map(({ partition, offset: to }) => {
      const first = positions.get(partition) ?? beginning.get(partition) ?? 0;
      const from = Math.max(first, to - LONGEST_READ);
      if (from > first) known = { ...known, isExact: false };
      positions.set(partition, from);
      return { topic, partition, from, to };
    });
    if (ranges.some(({ from, to }) => from < to)) {
      reader ??= kafka.rangeReader();
      await reader.read(ranges, take, AbortSignal.timeout(TIMEOUT_MILLISECONDS));
    }
    for (const { partition, to } of ranges) positions.set(partition, to);
  };

  const update = (): Promise<void> => {
    updating ??= read()
      .catch((error: unknown) => {
        logger.debug({ reason: messageOf(error) }, 'the dead-letter queue could not be read');
      })
      .finally(() => {
        updating = undefined;
      });
    return updating;
  };

  return {
    latest: () => known,
    update,
    updateSoon: () => Promise.race([update(), delay(PATIENCE_MILLISECONDS, undefined, { ref: false })]),
    stop: async () => {
      await Promise.all([reader?.close(), admin?.close()]);
    },
  };
};
