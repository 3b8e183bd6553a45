import { createAvroCodec } from '@marketing-streams/contracts/avro-codec';
import type { SourceOffset } from '@marketing-streams/contracts/record';
import type { TopicName } from '@marketing-streams/contracts/topics';
import type { PipelineAccess } from '../src/harness/pipeline-access.ts';
import { readTopic } from '../src/harness/read-topic.ts';

type Sourced = { readonly source_offsets: readonly SourceOffset[] };

const ROW_TOPICS: readonly TopicName[] = [
  'silver.customers.v1',
  'silver.orders.v1',
  'silver.activations.v1',
  'gold.customer_360.v1',
];

/** What is wrong with a row's offsets after the ones before it; null when it follows from newer inputs. */
const problemOf = (before: ReadonlyMap<string, number>, row: Sourced): string | null => {
  let isNewer = false;
  for (const { topic, partition, offset } of row.source_offsets) {
    const former = before.get(`${topic}/${partition}`) ?? -1;
    if (offset < former) return `goes back from ${topic}/${partition}/${former} to ${offset}`;
    if (offset > former) isNewer = true;
  }
  return isNewer ? null : 'says nothing new';
};

/**
 * Rows of the whole history of silver's and gold's topics that do not come in the order of their inputs: one that
 * follows from an older input than the row of its key before it, or from the same inputs (published twice).
 */
export const rowsOutOfOrder = async ({ kafka, registry }: PipelineAccess): Promise<readonly string[]> => {
  const found: string[] = [];
  for (const name of ROW_TOPICS) {
    const codec = await createAvroCodec<Sourced>({ registry, topic: name });
    const records = await readTopic(kafka, name);
    await codec.prepare(records);
    const newest = new Map<string, Map<string, number>>();
    const partitionOf = new Map<string, number>();
    for (const { key, value, partition, offset } of records) {
      const id = key?.toString('utf8') ?? '';
      if (value === null) continue;
      const before = newest.get(id) ?? new Map<string, number>();
      newest.set(id, before);
      const row = codec.decode(value);
      const problem =
        (partitionOf.get(id) ?? partition) === partition ? problemOf(before, row) : 'changes its partition';
      if (problem !== null) found.push(`${name}/${partition}/${offset}: ${id} ${problem}`);
      partitionOf.set(id, partition);
      for (const source of row.source_offsets) {
        before.set(`${source.topic}/${source.partition}`, source.offset);
      }
    }
  }
  return found;
};
