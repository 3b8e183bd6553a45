import { setTimeout as delay } from 'node:timers/promises';
import { PlatformError } from '@marketing-streams/platform/errors';
import type {
  CommittedPosition,
  OutgoingRecord,
  TransactionalProducer,
  TransactionalProducerOptions,
} from '../api.ts';
import { cutIntoRounds } from './chunking.ts';
import { type ConnectionOptions, createConnection } from './connection.ts';
import { protocolErrorOf, toPlatformError, translated } from './errors.ts';
import { prepareRound, type SequencedProducer, sendRound } from './sequenced-send.ts';

/*
 * A transaction on the wire: AddPartitionsToTxn and Produce, and meanwhile AddOffsetsToTxn and TxnOffsetCommit,
 * then EndTxn. The broker answers EndTxn before it has written the commit markers; for some milliseconds after,
 * the next transaction's first request meets CONCURRENT_TRANSACTIONS. kafkajs waits 300 ms then (and gives up
 * at AddOffsetsToTxn); the waits below decide the latency of the whole platform.
 */

const FIRST_WAIT_MILLISECONDS = 4;
const WAIT_FACTOR = 1.3;
const LONGEST_WAIT_MILLISECONDS = 200;
/** Longer than the broker ever takes to write markers, shorter than a session. */
const GIVE_UP_MILLISECONDS = 20_000;
const TRANSACTION_TIMEOUT_MILLISECONDS = 30_000;

/** Runs `action` again while the broker is still busy with the former transaction. */
const whileBusy = async <T>(action: () => Promise<T>): Promise<T> => {
  const started = Date.now();
  for (let wait = FIRST_WAIT_MILLISECONDS; ; wait = Math.min(wait * WAIT_FACTOR, LONGEST_WAIT_MILLISECONDS)) {
    try {
      return await action();
    } catch (error) {
      if (protocolErrorOf(error) !== 'CONCURRENT_TRANSACTIONS') throw error;
      if (Date.now() - started > GIVE_UP_MILLISECONDS) throw error;
      await delay(wait * (0.8 + Math.random() * 0.4));
    }
  }
};

const offsetsByTopic = (positions: readonly CommittedPosition[]) => {
  const topics = new Map<string, { partition: number; offset: string; metadata: string }[]>();
  for (const { topic, partition, offset, metadata } of positions) {
    const entry = { partition, offset: String(offset), metadata };
    const list = topics.get(topic);
    if (list === undefined) topics.set(topic, [entry]);
    else list.push(entry);
  }
  return [...topics].map(([topic, partitions]) => ({ topic, partitions }));
};

/** The owner of a transactional id, see `TransactionalProducer`. */
export const createTransactionalProducer = (
  connectionOptions: ConnectionOptions,
  options: TransactionalProducerOptions,
): TransactionalProducer => {
  const { transactionalId } = options;
  const connection = createConnection(connectionOptions);
  const coordinator = () => connection.coordinatorOf('transaction', transactionalId);
  let identity: (SequencedProducer & { readonly transactionalId: string }) | undefined;
  /** Partitions of the transaction under way; a group is noted as `group:<id>`. */
  const added = new Set<string>();
  let adding: Promise<unknown> = Promise.resolve();

  const ids = () => {
    if (identity === undefined) throw new PlatformError('INTERNAL', `${transactionalId}: init comes first`);
    const { producerEpoch } = identity;
    return { transactionalId, producerId: String(identity.producerId), producerEpoch };
  };

  /** Additions go one after the other: two at once only make each other busy. */
  const inTurn = (action: () => Promise<unknown>): Promise<void> => {
    const turn = adding.then(() => whileBusy(action));
    adding = turn.catch(() => {});
    return turn.then(() => {});
  };

  const addPartitions = async (records: readonly { topic: string; partition: number }[]): Promise<void> => {
    const fresh = new Map<string, number[]>();
    for (const { topic, partition } of records) {
      const key = `${topic}/${partition}`;
      if (added.has(key)) continue;
      added.add(key);
      const list = fresh.get(topic);
      if (list === undefined) fresh.set(topic, [partition]);
      else list.push(partition);
    }
    if (fresh.size === 0) return;
    const topics = [...fresh].map(([topic, partitions]) => ({ topic, partitions }));
    await inTurn(async () => (await coordinator()).addPartitionsToTxn({ ...ids(), topics }));
  };

  const end = async (commit: boolean): Promise<void> => {
    if (added.size > 0) {
      await whileBusy(async () => (await coordinator()).endTxn({ ...ids(), transactionResult: commit }));
    }
    added.clear();
  };

  const doing = (what: string) => `${what} as ${transactionalId}`;

  return {
    init: () =>
      translated(doing('initialising'), async () => {
        const { producerId, producerEpoch } = await whileBusy(async () =>
          (await coordinator()).initProducerId({
            transactionalId,
            transactionTimeout: options.transactionTimeoutMilliseconds ?? TRANSACTION_TIMEOUT_MILLISECONDS,
          }),
        );
        identity = {
          producerId: Number(producerId),
          producerEpoch,
          transactionalId,
          sequences: new Map(),
        };
        return { producerId, epoch: producerEpoch };
      }),
    begin: () => {
      if (added.size > 0)
        throw new PlatformError('INTERNAL', `${transactionalId}: a transaction is under way`);
    },
    send: (records: readonly OutgoingRecord[]) =>
      translated(doing('sending'), async () => {
        if (identity === undefined)
          throw new PlatformError('INTERNAL', `${transactionalId}: init comes first`);
        const rounds = await cutIntoRounds(connection, records);
        await addPartitions(rounds.flat());
        for (const chunks of rounds) {
          await sendRound(connection, identity, prepareRound(identity, chunks, Date.now()));
        }
      }),
    sendOffsets: (groupId, positions) =>
      translated(doing('committing positions'), async () => {
        const key = `group:${groupId}`;
        if (!added.has(key)) {
          added.add(key);
          await inTurn(async () => (await coordinator()).addOffsetsToTxn({ ...ids(), groupId }));
        }
        const groupCoordinator = await connection.coordinatorOf('group', groupId);
        await groupCoordinator.txnOffsetCommit({ ...ids(), groupId, topics: offsetsByTopic(positions) });
      }),
    commit: async () => {
      try {
        await end(true);
      } catch (error) {
        const told = toPlatformError(error, doing('committing'));
        if (told instanceof PlatformError && (told.code === 'FENCED' || told.code === 'TRANSACTION_ABORTED'))
          throw told;
        const message = `${doing('committing')}: the outcome is unknown`;
        throw new PlatformError('COMMIT_OUTCOME_UNKNOWN', message, { cause: error });
      }
    },
    abort: () => translated(doing('aborting'), () => end(false)),
    close: () => connection.close(),
  };
};
