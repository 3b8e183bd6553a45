import { createAvroCodec } from '@marketing-streams/contracts/avro-codec';
import type { GoldSegmentSize } from '@marketing-streams/contracts/generated/gold-segment-size';
import { structuredKey } from '@marketing-streams/contracts/row-key';
import { createSchemaRegistry } from '@marketing-streams/contracts/schema-registry';
import type { Surroundings } from './webapp-under-test.ts';

/** Publishes sizes of segments as gold does. */
export const publishSegmentSizes = async (
  { publish, topics }: Surroundings,
  rows: readonly GoldSegmentSize[],
): Promise<void> => {
  const registry = createSchemaRegistry({ url: process.env['SCHEMA_REGISTRY_URL']! });
  const codec = await createAvroCodec<GoldSegmentSize>({ registry, topic: 'gold.segment_sizes.v1' });
  await publish(
    ...rows.map((row) => ({
      topic: topics.tables.segmentSizes,
      key: structuredKey(row, ['segment', 'minute']),
      value: codec.encode(row),
    })),
  );
};
