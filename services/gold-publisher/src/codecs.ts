import { type AvroCodec, createAvroCodec } from '@marketing-streams/contracts/avro-codec';
import type { CustomerGold } from '@marketing-streams/contracts/generated/customer-gold';
import type { GoldCustomer360 } from '@marketing-streams/contracts/generated/gold-customer-360';
import type { PropensityScore } from '@marketing-streams/contracts/generated/propensity-score';
import type { SegmentMaterialized } from '@marketing-streams/contracts/generated/segment-materialized';
import { createJsonCodec, type JsonCodec } from '@marketing-streams/contracts/json-codec';
import type { SchemaRegistry } from '@marketing-streams/contracts/schema-registry';

/** What the publisher reads and writes. */
export type PublisherCodecs = {
  readonly customer360: AvroCodec<GoldCustomer360>;
  readonly propensity: JsonCodec<PropensityScore>;
  readonly segments: AvroCodec<SegmentMaterialized>;
  readonly gold: JsonCodec<CustomerGold>;
};

export const createPublisherCodecs = async (registry: SchemaRegistry): Promise<PublisherCodecs> => ({
  customer360: await createAvroCodec<GoldCustomer360>({ registry, topic: 'gold.customer_360.v1' }),
  propensity: createJsonCodec<PropensityScore>('dom.propensity.score.v1'),
  segments: await createAvroCodec<SegmentMaterialized>({ registry, topic: 'dom.segment.materialized.v1' }),
  gold: createJsonCodec<CustomerGold>('dom.customer.gold.v1'),
});
