import type { AvroCodec } from '@marketing-streams/contracts/avro-codec';
import { partitionOfSeries } from '@marketing-streams/contracts/campaign-series';
import type { CampaignPartial } from '@marketing-streams/contracts/generated/campaign-partial';
import type { LateEvents } from '@marketing-streams/contracts/generated/late-events';
import type { JsonCodec } from '@marketing-streams/contracts/json-codec';
import { structuredKey } from '@marketing-streams/contracts/row-key';
import type { TopicName } from '@marketing-streams/contracts/topics';
import type { Tally } from '@marketing-streams/domain/campaigns/tally';
import type { Output } from '@marketing-streams/stream/step';

const PARTIALS_TOPIC: TopicName = 'live.campaign_partials.v1';
const LATE_TOPIC: TopicName = 'ops.late_events.v1';
const KEY_FIELDS = ['campaign', 'channel', 'window_start', 'source_partition'] as const;

/** Addresses are worked out once for so many windows at a time: most events belong to a few. */
const REMEMBERED_ADDRESSES = 10_000;

/** Which row a partial is. */
type PartialIds = Pick<CampaignPartial, (typeof KEY_FIELDS)[number]>;

/** Makes what counting an event publishes; only the newest of a row counts. */
export type PartialOutputs = {
  /** `id` names the row within the task. */
  readonly partial: (id: string, ids: PartialIds, tally: Tally) => Output;
  readonly late: (late: LateEvents) => Output;
};

type Address = { readonly key: string; readonly partition: number };

/** For topics of so many partitions. */
export const createPartialOutputs = (
  partials: AvroCodec<CampaignPartial>,
  lateEvents: JsonCodec<LateEvents>,
  partitions: number,
): PartialOutputs => {
  const addresses = new Map<string, Address>();
  const addressOf = (id: string, ids: PartialIds): Address => {
    const known = addresses.get(id);
    if (known !== undefined) return known;
    if (addresses.size >= REMEMBERED_ADDRESSES) addresses.clear();
    const address = { key: structuredKey(ids, KEY_FIELDS), partition: partitionOfSeries(ids, partitions) };
    addresses.set(id, address);
    return address;
  };
  return {
    partial: (id, ids, tally) => {
      const { key, partition } = addressOf(id, ids);
      const value = (): Buffer => partials.encode({ ...ids, ...tally });
      return { topic: PARTIALS_TOPIC, key, partition, value, latestOnly: true };
    },
    late: (late) => ({
      topic: LATE_TOPIC,
      key: structuredKey(late, KEY_FIELDS),
      value: () => lateEvents.encode(late),
      latestOnly: true,
    }),
  };
};
