import { join } from 'node:path';
import type { CustomerGold } from '@marketing-streams/contracts/generated/customer-gold';
import { createJsonCodec } from '@marketing-streams/contracts/json-codec';
import type { KafkaRecord } from '@marketing-streams/contracts/record';
import { INPUT_TOPICS } from '@marketing-streams/contracts/topics';
import { readWithDeltalake } from '@marketing-streams/lakehouse/testing/python-delta-reader';
import { originalIn, originalOf, readDeadLetters } from '../../src/harness/dead-letters.ts';
import { GOLD_TOPIC } from '../../src/harness/gold-topic.ts';
import type { PipelineAccess } from '../../src/harness/pipeline-access.ts';
import { POISON_HEADER } from '../../src/harness/poison.ts';
import { readTopic } from '../../src/harness/read-topic.ts';
import { TABLE_TOPICS } from '../../src/harness/topology.ts';
import type { Views } from './stores.ts';

const placeOf = ({ topic, partition, offset }: Pick<KafkaRecord, 'topic' | 'partition' | 'offset'>): string =>
  `${topic}/${partition}/${offset}`;

/** Poison and its dead letters, whole; a second letter of one record shows as a place of its own. */
export const deadLetters = async ({ kafka, registry }: PipelineAccess): Promise<Views> => {
  const inputs = (await Promise.all(INPUT_TOPICS.map((topic) => readTopic(kafka, topic)))).flat();
  const poison = inputs.filter(({ headers }) => headers[POISON_HEADER] !== undefined);
  const actual = new Map<string, object>();
  for (const letter of await readDeadLetters(kafka, registry)) {
    const place = placeOf(letter);
    actual.set(actual.has(place) ? `${place} (again)` : place, originalIn(letter));
  }
  return { expected: new Map(poison.map((record) => [placeOf(record), originalOf(record)])), actual };
};

/** Every record of the input topics and of the bronze tables; a second copy shows as a place of its own. */
export const bronze = async (access: PipelineAccess): Promise<Views> => {
  const expected = new Map<string, object>();
  const actual = new Map<string, object>();
  for (const [table, topic] of Object.entries(TABLE_TOPICS)) {
    if (!table.startsWith('bronze/')) continue;
    for (const record of await readTopic(access.kafka, topic)) {
      const text = (bytes: Buffer | null): string | null => bytes?.toString('base64') ?? null;
      expected.set(placeOf(record), { key: text(record.key), value: text(record.value) });
    }
    const rows = await readWithDeltalake(
      join(access.deltaDirectory, table),
      'SELECT topic, "partition", "offset", "key", "value" FROM t',
    );
    for (const row of rows) {
      const place = `${row['topic']}/${row['partition']}/${row['offset']}`;
      actual.set(actual.has(place) ? `${place} (again)` : place, row);
    }
  }
  return { expected, actual };
};

/** Customers whose version did not grow with every record of the whole history of the gold topic. */
export const versionsThatDidNotGrow = async ({ kafka }: PipelineAccess): Promise<readonly string[]> => {
  const { decode } = createJsonCodec<CustomerGold>(GOLD_TOPIC);
  const versions = new Map<string, number>();
  const found: string[] = [];
  for (const { key, value, partition, offset } of await readTopic(kafka, GOLD_TOPIC)) {
    if (value === null) continue;
    const customerId = key?.toString('utf8') ?? '';
    const { version } = decode(value);
    const before = versions.get(customerId) ?? 0;
    if (version <= before) found.push(`${customerId}: ${before} → ${version} at ${partition}/${offset}`);
    versions.set(customerId, version);
  }
  return found;
};
