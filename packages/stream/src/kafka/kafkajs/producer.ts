import { setTimeout as delay } from 'node:timers/promises';
import type { SourceOffset } from '@marketing-streams/contracts/record';
import { isPlatformError, PlatformError } from '@marketing-streams/platform/errors';
import type { OutgoingRecord, Producer, ProducerOptions } from '../api.ts';
import { cutIntoRounds } from './chunking.ts';
import { type ConnectionOptions, createConnection } from './connection.ts';
import { protocolErrorOf, toPlatformError } from './errors.ts';
import { type PreparedRound, prepareRound, type SequencedProducer, sendRound } from './sequenced-send.ts';

type PendingSend = {
  readonly records: readonly OutgoingRecord[];
  readonly deadline: number;
  readonly resolve: (offsets: readonly SourceOffset[]) => void;
  readonly reject: (error: unknown) => void;
};

/** Records of waiting calls that travel together at most. */
const MAX_JOINED_RECORDS = 10_000;
const SEND_TIMEOUT_MILLISECONDS = 5_000;
const RETRY_MILLISECONDS = 100;

const within = async <T>(deadline: number, action: Promise<T>): Promise<T> => {
  const timer = Promise.withResolvers<never>();
  const timeout = setTimeout(
    () => timer.reject(new PlatformError('KAFKA_UNAVAILABLE', 'Kafka did not answer in time')),
    Math.max(0, deadline - Date.now()),
  );
  try {
    return await Promise.race([action, timer.promise]);
  } finally {
    clearTimeout(timeout);
  }
};

/** A plain idempotent producer on its own connection, see `Producer`. */
export const createProducer = (
  connectionOptions: ConnectionOptions,
  options: ProducerOptions = {},
): Producer => {
  const connection = createConnection(connectionOptions);
  const timeout = options.sendTimeoutMilliseconds ?? SEND_TIMEOUT_MILLISECONDS;
  const queue: PendingSend[] = [];
  let identity: SequencedProducer | undefined;
  let working: Promise<void> | undefined;

  const initialise = async (): Promise<SequencedProducer> => {
    const broker = await connection.controller();
    const { producerId, producerEpoch } = await broker.initProducerId({ transactionTimeout: 60_000 });
    return { producerId: Number(producerId), producerEpoch, transactionalId: null, sequences: new Map() };
  };

  /** Runs a step again until it succeeds or the time is over; every try begins with fresh look-ups. */
  const insist = async <T>(deadline: number, action: () => Promise<T>): Promise<T> => {
    for (;;) {
      try {
        return await within(deadline, action());
      } catch (error) {
        const translated = toPlatformError(error, 'sending to Kafka');
        if (!isPlatformError(translated, 'KAFKA_UNAVAILABLE')) throw translated;
        // Nothing of this try may still reach the broker after the caller was told that it failed.
        await connection.forget().catch(() => {});
        if (Date.now() + RETRY_MILLISECONDS >= deadline) {
          throw protocolErrorOf(error) === 'UNKNOWN_TOPIC_OR_PARTITION'
            ? new PlatformError('NOT_FOUND', translated.message, { cause: error })
            : translated;
        }
        await delay(RETRY_MILLISECONDS);
      }
    }
  };

  const sendAll = async (
    records: readonly OutgoingRecord[],
    deadline: number,
  ): Promise<readonly SourceOffset[]> => {
    const positions: SourceOffset[] = new Array(records.length);
    const rounds = await insist(deadline, () => cutIntoRounds(connection, records));
    for (const chunks of rounds) {
      let round: PreparedRound | undefined;
      const sent = await insist(deadline, async () => {
        identity ??= await initialise();
        // The same bytes again on a retry: the broker recognises what it has by producer id and sequence.
        round ??= prepareRound(identity, chunks, Date.now());
        return sendRound(connection, identity, round);
      });
      for (const { chunk, baseOffset } of sent) {
        chunk.indexes.forEach((index, i) => {
          const { topic, partition } = chunk;
          positions[index] = { topic, partition, offset: baseOffset < 0 ? -1 : baseOffset + i };
        });
      }
    }
    return positions;
  };

  const takeJoined = (): PendingSend[] => {
    const joined: PendingSend[] = [];
    let count = 0;
    while (queue.length > 0 && (count === 0 || count + queue[0]!.records.length <= MAX_JOINED_RECORDS)) {
      const next = queue.shift()!;
      joined.push(next);
      count += next.records.length;
    }
    return joined;
  };

  const work = async (): Promise<void> => {
    while (queue.length > 0) {
      const joined = takeJoined();
      const deadline = Math.min(...joined.map((send) => send.deadline));
      try {
        const positions = await sendAll(
          joined.flatMap(({ records }) => records),
          deadline,
        );
        let at = 0;
        for (const { records, resolve } of joined) {
          resolve(positions.slice(at, at + records.length));
          at += records.length;
        }
      } catch (error) {
        // What the broker has of these sequences is unknown: a new producer id begins at zero.
        identity = undefined;
        for (const { reject } of joined) reject(error);
      }
    }
    working = undefined;
  };

  return {
    send: (records) => {
      const { promise, resolve, reject } = Promise.withResolvers<readonly SourceOffset[]>();
      queue.push({ records, deadline: Date.now() + timeout, resolve, reject });
      working ??= work();
      return promise;
    },
    close: async () => {
      await working;
      await connection.close();
    },
  };
};
