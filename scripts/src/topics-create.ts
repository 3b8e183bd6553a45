import { type TopicConfig, type TopicSettings, topicConfig } from '@marketing-streams/contracts/topic-config';
import { TOPICS, type TopicContract } from '@marketing-streams/contracts/topics';
import { PlatformError } from '@marketing-streams/platform/errors';
import type { Admin } from '@marketing-streams/stream/kafka/api';

/** The admin calls that topics need. */
export type TopicAdmin = Pick<
  Admin,
  'topics' | 'createTopics' | 'partitionsOf' | 'topicConfig' | 'alterTopicConfig'
>;

/** What was done about one topic. */
export type TopicOutcome = {
  readonly topic: string;
  readonly partitions: number;
  readonly action: 'created' | 'adjusted' | 'unchanged';
  /** The settings that were changed, as `name: before → after`. */
  readonly changes: readonly string[];
};

const refuseOtherPartitions = (
  wanted: readonly TopicConfig[],
  existing: ReadonlyMap<string, number>,
): void => {
  const different = wanted.filter(
    ({ topic, partitions }) => (existing.get(topic) ?? partitions) !== partitions,
  );
  if (different.length === 0) return;
  const list = different
    .map(({ topic, partitions }) => `${topic} has ${existing.get(topic)} instead of ${partitions}`)
    .join(', ');
  throw new PlatformError(
    'CONFIG_INVALID',
    `partitions differ from PARTITIONS: ${list}. A customer's records would move to other partitions and lose ` +
      'their order and their state, so nothing was changed: set PARTITIONS to what exists, or start with empty topics.',
    { details: { field: 'partitions' } },
  );
};

/** Brokers spell numbers differently (`0.2`, `0.200000`). */
const sameSetting = (a: string, b: string): boolean => a === b || (a !== '' && Number(a) === Number(b));

/** Settings a broker does not report are unknown to it (not every Kafka-compatible one has all) and left alone. */
const adjust = async (admin: TopicAdmin, wanted: TopicConfig): Promise<TopicOutcome> => {
  const present = await admin.topicConfig(wanted.topic);
  const different = Object.entries(wanted.entries).filter(([name, value]) => {
    const current = present[name];
    return current !== undefined && !sameSetting(current, value);
  });
  if (different.length > 0) await admin.alterTopicConfig(wanted.topic, Object.fromEntries(different));
  return {
    topic: wanted.topic,
    partitions: wanted.partitions,
    action: different.length > 0 ? 'adjusted' : 'unchanged',
    changes: different.map(([name, value]) => `${name}: ${present[name]} → ${value}`),
  };
};

/**
 * Creates the catalogue's topics and brings the settings of those that exist to what the catalogue says; doing it
 * again changes nothing. `onAllThere` is called when every topic exists, before settings are looked at. Throws CONFIG_INVALID, before anything is changed, when an existing topic has another
 * number of partitions; KAFKA_UNAVAILABLE on an outage.
 */
export const createAllTopics = async (
  admin: TopicAdmin,
  settings: TopicSettings,
  contracts: readonly TopicContract[] = Object.values(TOPICS),
  onAllThere: () => void = () => undefined,
): Promise<readonly TopicOutcome[]> => {
  const wanted = contracts.map((contract) => topicConfig(contract, settings));
  const names = new Set(await admin.topics());
  const existing = await admin.partitionsOf(
    wanted.map(({ topic }) => topic).filter((name) => names.has(name)),
  );
  refuseOtherPartitions(wanted, existing);
  const created = new Set(
    await admin.createTopics(
      wanted
        .filter(({ topic }) => !names.has(topic))
        .map(({ topic, partitions, entries }) => ({ name: topic, partitions, config: entries })),
    ),
  );
  onAllThere();
  return Promise.all(
    wanted.map((config): Promise<TopicOutcome> | TopicOutcome =>
      created.has(config.topic)
        ? { topic: config.topic, partitions: config.partitions, action: 'created', changes: [] }
        : adjust(admin, config),
    ),
  );
};
