import { setTimeout as delay } from 'node:timers/promises';
import { isPlatformError, PlatformError } from '@marketing-streams/platform/errors';
import kafkajs, { type Admin as KafkajsAdmin } from 'kafkajs';
import type { Admin } from '../api.ts';
import { type ConnectionOptions, createConnection } from './connection.ts';
import { protocolErrorOf, toPlatformError } from './errors.ts';
import { listOffsets } from './list-offsets.ts';
import { fetchCommitted } from './offset-fetch.ts';

const { ConfigResourceTypes, Kafka, logLevel } = kafkajs;

const PATIENCE_MILLISECONDS = 10_000;
const RETRY_MILLISECONDS = 100;

/** Not set by somebody but the broker's default. */
const DEFAULT_CONFIG_SOURCE = 5;

/** Looks at and changes the cluster, see `Admin`. Outages are waited out for ten seconds. */
export const createAdmin = (connectionOptions: ConnectionOptions): Admin => {
  const connection = createConnection(connectionOptions);
  let admin: KafkajsAdmin | undefined;

  const kafkajsAdmin = async (): Promise<KafkajsAdmin> => {
    if (admin === undefined) {
      const { bootstrapServers, clientId } = connectionOptions;
      const brokers = bootstrapServers.split(',');
      admin = new Kafka({ brokers, clientId, logLevel: logLevel.NOTHING, retry: { retries: 2 } }).admin();
      await admin.connect();
    }
    return admin;
  };

  const insist = async <T>(doing: string, action: () => Promise<T>): Promise<T> => {
    const deadline = Date.now() + PATIENCE_MILLISECONDS;
    for (;;) {
      try {
        return await action();
      } catch (error) {
        const type = protocolErrorOf(error);
        const translated = toPlatformError(error, doing);
        if (!isPlatformError(translated, 'KAFKA_UNAVAILABLE') || Date.now() > deadline) {
          throw type === 'UNKNOWN_TOPIC_OR_PARTITION' && isPlatformError(translated)
            ? new PlatformError('NOT_FOUND', translated.message, { cause: error })
            : translated;
        }
        await delay(RETRY_MILLISECONDS);
        if (type !== 'UNSTABLE_OFFSET_COMMIT') await connection.forget().catch(() => {});
      }
    }
  };

  const describeTopic = async (topic: string) => {
    const { resources } = await (await kafkajsAdmin()).describeConfigs({
      includeSynonyms: false,
      resources: [{ type: ConfigResourceTypes.TOPIC, name: topic }],
    });
    return resources[0]?.configEntries ?? [];
  };

  return {
    createTopics: (topics) =>
      insist('creating topics', async () => {
        const present = new Set(await (await kafkajsAdmin()).listTopics());
        const missing = topics.filter(({ name }) => !present.has(name));
        if (missing.length === 0) return [];
        await (await kafkajsAdmin()).createTopics({
          waitForLeaders: true,
          topics: missing.map(({ name, partitions, replicationFactor = 1, config = {} }) => ({
            topic: name,
            numPartitions: partitions,
            replicationFactor,
            configEntries: Object.entries(config).map(([key, value]) => ({ name: key, value })),
          })),
        });
        return missing.map(({ name }) => name);
      }),
    deleteTopics: (topics) =>
      insist('deleting topics', async () => (await kafkajsAdmin()).deleteTopics({ topics: [...topics] })),
    alterTopicConfig: (topic, config) =>
      insist('changing a topic', async () => {
        // AlterConfigs replaces everything that was ever set: what is set already has to be said again.
        const set = (await describeTopic(topic)).filter(
          (entry) =>
            (entry.configSource as number) !== DEFAULT_CONFIG_SOURCE && !entry.isDefault && !entry.readOnly,
        );
        const merged = {
          ...Object.fromEntries(set.map((entry) => [entry.configName, entry.configValue])),
          ...config,
        };
        await (await kafkajsAdmin()).alterConfigs({
          validateOnly: false,
          resources: [
            {
              type: ConfigResourceTypes.TOPIC,
              name: topic,
              configEntries: Object.entries(merged).map(([name, value]) => ({ name, value })),
            },
          ],
        });
      }),
    topicConfig: (topic) =>
      insist('reading a topic', async () =>
        Object.fromEntries(
          (await describeTopic(topic)).map((entry) => [entry.configName, entry.configValue]),
        ),
      ),
    clusterId: () => insist('asking for the cluster', connection.clusterId),
    topics: () => insist('listing topics', async () => (await kafkajsAdmin()).listTopics()),
    partitionsOf: (topics) =>
      insist(`looking for ${topics.join(', ')}`, async () => {
        const partitions = new Map<string, number>();
        for (const topic of topics) partitions.set(topic, await connection.partitionsOf(topic));
        return partitions;
      }),
    beginningOffsets: (topics) =>
      insist('asking for first offsets', () => listOffsets(connection, topics, 'beginning')),
    endOffsets: (topics) => insist('asking for end offsets', () => listOffsets(connection, topics, 'end')),
    committedPositions: (groupId, partitions) =>
      insist(`asking for the positions of ${groupId}`, async () =>
        fetchCommitted(await connection.coordinatorOf('group', groupId), groupId, partitions),
      ),
    hasMembers: (groupId) =>
      insist(`looking for members of ${groupId}`, async () => {
        const { groups } = await (await kafkajsAdmin()).describeGroups([groupId]);
        return groups.some(({ members }) => members.length > 0);
      }),
    deleteGroups: (groupIds) =>
      insist('deleting groups', async () => {
        await (await kafkajsAdmin()).deleteGroups([...groupIds]);
      }),
    close: async () => {
      await admin?.disconnect();
      await connection.close();
    },
  };
};
