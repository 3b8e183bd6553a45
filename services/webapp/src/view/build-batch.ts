import type { KafkaRecord } from '@marketing-streams/contracts/record';
import { isPlatformError, PlatformError } from '@marketing-streams/platform/errors';
import { deliveryEntryKey, type HistoryEntry, orderEntryKey, profileEntryKey } from './history.ts';
import type { GoldChange, HistoryChange, PartitionStretch, ViewBatch } from './view-batch.ts';
import { positionField } from './view-keys.ts';
import type { ViewCodecs, ViewTopics } from './view-topics.ts';

export type BatchBuilder = {
  readonly topics: ViewTopics;
  readonly codecs: Pick<ViewCodecs, 'gold' | 'orders' | 'activations' | 'profiles'>;
  /** Told of every record that cannot be read; the view goes on without it. */
  readonly onUnreadable: (record: KafkaRecord, error: PlatformError) => void;
};

type Located = { readonly record: KafkaRecord; readonly stretch: number };

const VERSION_FIELD = '"version"';

const stretchesOf = (
  records: readonly KafkaRecord[],
  positions: Map<string, number>,
): { readonly stretches: PartitionStretch[]; readonly located: Located[] } => {
  const stretches: { topic: string; partition: number; first_offset: number; next_offset: number }[] = [];
  const byField = new Map<string, number>();
  const located = records.map((record) => {
    const field = positionField(record.topic, record.partition);
    let stretch = byField.get(field);
    if (stretch === undefined) {
      const first_offset = positions.get(field) ?? 0;
      const { topic, partition } = record;
      stretch = stretches.push({ topic, partition, first_offset, next_offset: first_offset }) - 1;
      byField.set(field, stretch);
    }
    stretches[stretch]!.next_offset = record.offset + 1;
    positions.set(field, record.offset + 1);
    return { record, stretch };
  });
  return { stretches, located };
};

/** The last record of every key of a topic: on a compacted topic the others are history nobody asks for. */
const newestPerKey = (located: readonly Located[], topic: string): Located[] => {
  const newest = new Map<string, Located>();
  for (const one of located) {
    if (one.record.topic !== topic || one.record.key === null) continue;
    newest.set(one.record.key.toString('utf8'), one);
  }
  return [...newest.values()];
};

/**
 * The version that a gold record names, read without decoding the whole; NaN when there is none. A quoted
 * `"version"` can only be the field's name: within a text the quotes would be escaped.
 */
const versionIn = (value: Buffer): number => {
  const at = value.lastIndexOf(VERSION_FIELD);
  if (at < 0) return Number.NaN;
  const digits = /^\s*:\s*(\d+)/.exec(value.toString('latin1', at + VERSION_FIELD.length, at + 40));
  return digits === null ? Number.NaN : Number(digits[1]);
};

/**
 * What is left of a batch's gold records: of every customer the newest version, wherever it stands, and the
 * deletion before it if there was one. What comes after a deletion is a new customer, whatever its version.
 */
const newestGold = (located: readonly Located[], topic: string): Located[] => {
  const newest = new Map<string, { deletion?: Located; record?: Located; version: number }>();
  // Without a version: not a gold record, which decoding will say.
  const strange: Located[] = [];
  for (const one of located) {
    const { key, value } = one.record;
    if (one.record.topic !== topic || key === null) continue;
    const id = key.toString('utf8');
    if (value === null) {
      newest.set(id, { deletion: one, version: -1 });
      continue;
    }
    const version = versionIn(value);
    const known = newest.get(id);
    if (Number.isNaN(version)) strange.push(one);
    else if (known === undefined) newest.set(id, { record: one, version });
    else if (version >= known.version) Object.assign(known, { record: one, version });
  }
  const kept = [...newest.values()].flatMap(({ deletion, record }) => [deletion, record]);
  return [...kept, ...strange].filter((one) => one !== undefined);
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

/**
 * Turns records, in the order of their partitions, into one batch of the view: decoded, and only the newest of
 * every key. `positions` (next offset by `positionField`) is read for where the batch begins and advanced.
 */
export const buildBatch = (
  records: readonly KafkaRecord[],
  positions: Map<string, number>,
  { topics, codecs, onUnreadable }: BatchBuilder,
): ViewBatch => {
  const { stretches, located } = stretchesOf(records, positions);
  const gold: GoldChange[] = [];
  const history: HistoryChange[] = [];

  const reading = (record: KafkaRecord, read: () => void): void => {
    try {
      read();
    } catch (error) {
      if (!isPlatformError(error)) throw error;
      onUnreadable(record, error);
    }
  };
  const remember = (
    { record, stretch }: Located,
    customer_id: string,
    entry_key: string,
    entry: HistoryEntry | null,
  ): void => {
    history.push({ customer_id, entry_key, entry, stretch, offset: record.offset });
  };

  for (const { record, stretch } of newestGold(located, topics.gold)) {
    reading(record, () => {
      const { value, offset } = record;
      const customer_id = record.key!.toString('utf8');
      gold.push({
        customer_id,
        gold: value === null ? null : codecs.gold.decode(value),
        value,
        stretch,
        offset,
      });
    });
  }
  for (const one of newestPerKey(located, topics.orders)) {
    reading(one.record, () => {
      const { value } = one.record;
      const { customer_id, id } = rowKey(one.record.key!, 'order_id');
      const entry = value === null ? null : ({ kind: 'order', row: codecs.orders.decode(value) } as const);
      remember(one, customer_id, orderEntryKey(id), entry);
    });
  }
  for (const one of newestPerKey(located, topics.activations)) {
    reading(one.record, () => {
      const { value } = one.record;
      const { customer_id, id } = rowKey(one.record.key!, 'activation_id');
      const entry =
        value === null ? null : ({ kind: 'delivery', row: codecs.activations.decode(value) } as const);
      remember(one, customer_id, deliveryEntryKey(id), entry);
    });
  }
  for (const one of located) {
    if (one.record.topic !== topics.profiles || one.record.value === null) continue;
    const { partition, offset, value } = one.record;
    reading(one.record, () => {
      const patch = codecs.profiles.decode(value);
      remember(one, patch.customer_id, profileEntryKey(partition, offset), { kind: 'profile', patch });
    });
  }
  return { stretches, gold, history };
};
