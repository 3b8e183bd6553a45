import type { Position } from '../api.ts';
import type { Broker, Connection } from './connection.ts';

/** The timestamps that stand for the first offset and for the end. */
const EARLIEST = -2;
const LATEST = -1;
/** With it the end is the last stable offset, where a read_committed reader's view ends. */
const READ_COMMITTED = 1;

/** First or end offsets of every partition of the topics. Rejects with kafkajs's errors. */
export const listOffsets = async (
  connection: Connection,
  topics: readonly string[],
  which: 'beginning' | 'end',
): Promise<readonly Position[]> => {
  const timestamp = which === 'beginning' ? EARLIEST : LATEST;
  const perBroker = new Map<Broker, Map<string, { partition: number; timestamp: number }[]>>();
  for (const topic of topics) {
    const partitions = await connection.partitionsOf(topic);
    for (let partition = 0; partition < partitions; partition++) {
      const leader = await connection.leaderOf(topic, partition);
      const request = perBroker.get(leader) ?? new Map<string, { partition: number; timestamp: number }[]>();
      perBroker.set(leader, request);
      request.set(topic, [...(request.get(topic) ?? []), { partition, timestamp }]);
    }
  }
  const answers = await Promise.all(
    [...perBroker].map(([broker, request]) =>
      broker.listOffsets({
        isolationLevel: READ_COMMITTED,
        topics: [...request].map(([topic, partitions]) => ({ topic, partitions })),
      }),
    ),
  );
  return answers.flatMap(({ responses }) =>
    responses.flatMap(({ topic, partitions }) =>
      partitions.map(({ partition, offset }) => ({ topic, partition, offset: Number(offset) })),
    ),
  );
};
