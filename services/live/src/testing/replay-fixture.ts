import { createAvroCodec } from '@marketing-streams/contracts/avro-codec';
import { partitionOf } from '@marketing-streams/contracts/partitioner';
import type { KafkaRecord } from '@marketing-streams/contracts/record';
import type { SchemaRegistry } from '@marketing-streams/contracts/schema-registry';
import { type Fixture, type FixtureInput, keyText } from '@marketing-streams/contracts/testing/ksql-fixtures';
import { TOPICS, type TopicName } from '@marketing-streams/contracts/topics';
import { centsFromNumber } from '@marketing-streams/domain/money';
import type { Pipeline } from '@marketing-streams/stream/pipeline';
import type { ProcessorDefinition } from '@marketing-streams/stream/processor';
import type { StateView } from '@marketing-streams/stream/state/state-view';
import type { Output } from '@marketing-streams/stream/step';
import { isRecordAtFault } from '@marketing-streams/stream/task/record-at-fault';
import { memoryState } from '@marketing-streams/stream/testing/memory-state';
import { publishedValue, testRecord } from '@marketing-streams/stream/testing/run-pipeline';

const PARTITIONS = 6;
const EMPTY = Buffer.alloc(0);

type Fields = Readonly<Record<string, unknown>>;
type AvroField = { readonly name: string; readonly type: unknown; readonly default?: unknown };

const isDecimal = (type: unknown): boolean =>
  typeof type === 'object' && (type as { logicalType?: string }).logicalType === 'decimal';

/** Fields as the contract's codec takes them: money in cents, what is missing as its default or null. */
const asContract = (topic: TopicName, value: Fields): Fields => {
  const { fields } = JSON.parse(TOPICS[topic].schema!) as { readonly fields: readonly AvroField[] };
  return Object.fromEntries(
    fields.map(({ name, type, default: otherwise = null }) => {
      const given = value[name] ?? otherwise;
      return [name, isDecimal(type) ? centsFromNumber(given as number) : given];
    }),
  );
};

/** Bytes of a fixture's value by its topic's format, see ksql/README.md. */
const bytesOf = async (registry: SchemaRegistry, { topic, value }: FixtureInput): Promise<Buffer | null> => {
  if (value === null) return null;
  if (typeof value === 'string') return Buffer.from(value);
  if (TOPICS[topic].format === 'json') return Buffer.from(JSON.stringify(value));
  const codec = await createAvroCodec<Fields>({ registry, topic });
  return Buffer.from(codec.encode(asContract(topic, value)));
};

/** A published value as the fixture writes it: Avro by its contract, JSON as it stands on the topic. */
const fieldsOf = async (registry: SchemaRegistry, topic: TopicName, value: Buffer): Promise<Fields> => {
  if (TOPICS[topic].format === 'json') return JSON.parse(value.toString('utf8')) as Fields;
  return (await createAvroCodec<Fields>({ registry, topic })).decode(value);
};

const headersOf = ({ headers = {} }: Output): KafkaRecord['headers'] =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Buffer.from(value)]));

/** What a record leads to; nothing when it becomes a dead letter. */
const outputsOf = (pipeline: Pipeline, record: KafkaRecord, state: StateView): readonly Output[] => {
  try {
    const result = pipeline.run({ record, state, now: record.timestamp, mode: 'live' });
    return result.kind === 'ok' ? result.outputs : [];
  } catch (error) {
    if (!isRecordAtFault(error)) throw error;
    return [];
  }
};

/**
 * Takes a fixture's records through processors, one after the other, each with all that it leads to on topics in
 * between. Gives the last value of each `topic key` that was published to the topics the fixture expects something on.
 */
export const replayFixture = async (
  fixture: Fixture,
  processors: readonly ProcessorDefinition[],
  registry: SchemaRegistry,
): Promise<ReadonlyMap<string, Fields>> => {
  const running = processors.map((definition) => ({ definition, state: memoryState(definition.state) }));
  const last = new Map<string, { readonly topic: TopicName; readonly value: Buffer }>();
  const ends = new Map<string, number>();

  const append = (record: Omit<KafkaRecord, 'offset'>): KafkaRecord => {
    const place = `${record.topic}/${record.partition}`;
    const offset = ends.get(place) ?? 0;
    ends.set(place, offset + 1);
    return { ...record, offset };
  };

  const publish = (output: Output, timestamp: number): KafkaRecord => {
    const topic = output.topic as TopicName;
    const value = publishedValue(output);
    if (value === null) last.delete(`${topic} ${output.key}`);
    else last.set(`${topic} ${output.key}`, { topic, value: Buffer.from(value) });
    const partition = output.partition ?? partitionOf(output.key, PARTITIONS);
    const key = Buffer.from(output.key);
    return append({ topic, partition, key, value, timestamp, headers: headersOf(output) });
  };

  const take = async (record: KafkaRecord): Promise<void> => {
    for (const { definition, state } of running) {
      const pipeline = definition.pipelines.find(({ topic }) => topic === record.topic);
      if (pipeline === undefined) continue;
      await pipeline.prepare([record]);
      for (const output of outputsOf(pipeline, record, state)) await take(publish(output, record.timestamp));
    }
  };

  for (const input of fixture.inputs) {
    const { topic, timestamp } = input;
    const key = keyText(input.key);
    const partition = input.partition ?? partitionOf(key ?? EMPTY, PARTITIONS);
    const value = await bytesOf(registry, input);
    await take(append(testRecord({ topic, partition, key, value, timestamp })));
  }
  const wanted = new Set(fixture.outputs.map(({ topic }) => topic));
  return new Map(
    await Promise.all(
      [...last]
        .filter(([, { topic }]) => wanted.has(topic))
        .map(async ([name, { topic, value }]) => [name, await fieldsOf(registry, topic, value)] as const),
    ),
  );
};
