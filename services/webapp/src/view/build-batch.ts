import type { KafkaRecord } from '@marketing-streams/contracts/record';
import { isPlatformError, PlatformError } from '@marketing-streams/platform/errors';
import { deliveryEntryKey, type HistoryEntry, orderEntryKey, profileEntryKey } from './history.ts';
import { markNewest } from './newest-records.ts';
import type { GoldChange, HistoryChange, PartitionStretch, ViewBatch } from './view-batch.ts';
import { positionField } from './view-keys.ts';
import type { ViewCodecs, ViewTopics } from './view-topics.ts';

/** Changes per script call: keeps a call under some ten milliseconds, so that pages are not held up. */
const BATCH_CHANGES = 1_000;

export type BatchBuilder = {
  readonly topics: ViewTopics;
  readonly codecs: Pick<ViewCodecs, 'gold' | 'orders' | 'activations' | 'profiles'>;
  /** Told of every record that cannot be read; the view goes on without it. */
  readonly onUnreadable: (record: KafkaRecord, error: PlatformError) => void;
};

/** The customer and the id of the row that a silver key names, e.g. `{"customer_id":"…","order_id":"…"}`. */
const rowKey = (key: Buffer, idField: string): { readonly customer_id: string; readonly id: string } => {
  const text = key.toString('utf8');
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw new PlatformError('VALUE_UNDECODABLE', `the key ${text} is not JSON`, { cause });
  }
  const { customer_id, [idField]: id } = (parsed ?? {}) as Record<string, unknown>;
  if (typeof customer_id !== 'string' || typeof id !== 'string') {
    throw new PlatformError('VALUE_UNDECODABLE', `the key ${text} has no customer_id and ${idField}`);
  }
  return { customer_id, id };
};

/** A change as its record says it, before it has its place in a batch. */
type Decoded =
  | Pick<GoldChange, 'customer_id' | 'gold' | 'value'>
  | Pick<HistoryChange, 'customer_id' | 'entry_key' | 'entry'>;

const decoderOf = ({ topics, codecs }: BatchBuilder): ((record: KafkaRecord) => Decoded) => {
  const remember = (customer_id: string, entry_key: string, entry: HistoryEntry | null): Decoded => ({
    customer_id,
    entry_key,
    entry,
  });
  return ({ topic, partition, offset, key, value }) => {
    if (topic === topics.gold) {
      const gold = value === null ? null : codecs.gold.decode(value);
      return { customer_id: key!.toString('utf8'), gold, value };
    }
    if (topic === topics.orders) {
      if (value === null) {
        const { customer_id, id } = rowKey(key!, 'order_id');
        return remember(customer_id, orderEntryKey(id), null);
      }
      const row = codecs.orders.decode(value);
      return remember(row.customer_id, orderEntryKey(row.order_id), { kind: 'order', row });
    }
    if (topic === topics.activations) {
      if (value === null) {
        const { customer_id, id } = rowKey(key!, 'activation_id');
        return remember(customer_id, deliveryEntryKey(id), null);
      }
      const row = codecs.activations.decode(value);
      return remember(row.customer_id, deliveryEntryKey(row.activation_id), { kind: 'delivery', row });
    }
    const patch = codecs.profiles.decode(value!);
    return remember(patch.customer_id, profileEntryKey(partition, offset), { kind: 'profile', patch });
  };
};

type OpenStretch = { -readonly [Name in keyof PartitionStretch]: PartitionStretch[Name] };

/** A batch that is being filled. */
type OpenBatch = ViewBatch & {
  readonly stretches: OpenStretch[];
  readonly gold: GoldChange[];
  readonly history: HistoryChange[];
};

const emptyBatch = (): OpenBatch => ({ stretches: [], gold: [], history: [] });

/**
 * Turns records, in the order of their partitions, into batches of the view of some hundred changes, one when it is
 * asked for: decoded, and of all records only the newest of every key. `positions` (next offset by `positionField`) is read for where the
 * first batch begins and advanced with each batch. A batch stands for all records up to its last one although some are left out for
 * what a later batch holds: whoever stops between the two goes on reading before that.
 */
export function* buildBatches(
  records: readonly KafkaRecord[],
  positions: Map<string, number>,
  builder: BatchBuilder,
): Generator<ViewBatch> {
  const isKept = markNewest(records, builder.topics);
  const decode = decoderOf(builder);
  let batch = emptyBatch();
  let stretch: OpenStretch | undefined;

  const endBatch = (): ViewBatch => {
    const ended = batch;
    for (const { topic, partition, next_offset } of ended.stretches)
      positions.set(positionField(topic, partition), next_offset);
    batch = emptyBatch();
    stretch = undefined;
    return ended;
  };
  /** Records of a partition come one after the other: the stretch is looked for where they end. */
  const stretchOf = ({ topic, partition }: KafkaRecord): OpenStretch => {
    const isHere = (one: OpenStretch): boolean => one.partition === partition && one.topic === topic;
    if (stretch !== undefined && isHere(stretch)) return stretch;
    stretch = batch.stretches.find(isHere);
    if (stretch === undefined) {
      const first_offset = positions.get(positionField(topic, partition)) ?? 0;
      stretch = { topic, partition, first_offset, next_offset: first_offset };
      batch.stretches.push(stretch);
    }
    return stretch;
  };
  const take = (record: KafkaRecord): void => {
    let decoded: Decoded;
    try {
      decoded = decode(record);
    } catch (error) {
      if (!isPlatformError(error)) throw error;
      builder.onUnreadable(record, error);
      return;
    }
    const place = { stretch: batch.stretches.indexOf(stretch!), offset: record.offset };
    if ('entry' in decoded) batch.history.push({ ...decoded, ...place });
    else batch.gold.push({ ...decoded, ...place });
  };

  for (let number = 0; number < records.length; number++) {
    const record = records[number]!;
    stretchOf(record).next_offset = record.offset + 1;
    if (!isKept[number]) continue;
    take(record);
    if (batch.gold.length + batch.history.length >= BATCH_CHANGES) yield endBatch();
  }
  if (batch.stretches.length > 0) yield endBatch();
}
