import { PlatformError } from '@marketing-streams/platform/errors';
import type { Retention, TopicContract } from './topics.ts';

/** The settings that differ between installations. */
export type TopicSettings = {
  /** PARTITIONS: of every topic that follows the default. */
  readonly partitions: number;
  /** INPUT_RETENTION in milliseconds, see `parseRetention`. */
  readonly inputRetentionMilliseconds: number;
};

/** What a broker is asked for. Entries are Kafka topic settings, name → value as text. */
export type TopicConfig = {
  readonly topic: string;
  readonly partitions: number;
  readonly entries: Readonly<Record<string, string>>;
};

const UNIT_MILLISECONDS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/**
 * Reads a duration such as `7d`, `12h`, `30m` or `90s` into milliseconds.
 * Throws CONFIG_INVALID for anything else and for zero.
 */
export const parseRetention = (text: string): number => {
  const match = /^([1-9]\d{0,6})\s*([smhd])$/.exec(text.trim());
  if (match === null) {
    throw new PlatformError(
      'CONFIG_INVALID',
      `INPUT_RETENTION = ${JSON.stringify(text)}: expected a number and a unit, e.g. 7d, 12h, 30m or 90s`,
      { details: { field: 'input_retention', value: text } },
    );
  }
  return Number(match[1]) * UNIT_MILLISECONDS[match[2] as keyof typeof UNIT_MILLISECONDS];
};

/** The longest a store may be away before it is rebuilt whole: tombstones stay readable that long. */
const DELETE_RETENTION_MILLISECONDS = 7 * UNIT_MILLISECONDS.d;

/** Kafka's own default for a record batch. */
const MAX_RECORD_BYTES = 1_048_588;

/**
 * A compacted topic: only closed segments are cleaned, so segments are small and close at least hourly, and
 * cleaning starts when a fifth of the log is superseded instead of half: a rebuild reads it all.
 */
const compacted = {
  'cleanup.policy': 'compact',
  'delete.retention.ms': String(DELETE_RETENTION_MILLISECONDS),
  'min.cleanable.dirty.ratio': '0.2',
  'segment.bytes': String(64 * 1024 * 1024),
  'segment.ms': String(UNIT_MILLISECONDS.h),
  'retention.ms': '-1',
};

/** Compacted, and what is older than the retention goes; see Kafka's `cleanup.policy=compact,delete`. */
const compactedFor = (retention: number): Record<string, string> => ({
  ...compacted,
  'cleanup.policy': 'compact,delete',
  'retention.ms': String(retention),
});

const deleted = (retention: number): Record<string, string> => ({
  'cleanup.policy': 'delete',
  'retention.ms': String(retention),
  // Only whole segments are deleted: a tenth of the retention bounds how much longer a record stays.
  'segment.ms': String(Math.max(60_000, Math.min(UNIT_MILLISECONDS.d, Math.floor(retention / 10)))),
});

const retentionEntries = (retention: Retention, inputRetention: number): Record<string, string> => {
  if (retention === 'compact') return compacted;
  if (retention === 'compact-input') return compactedFor(inputRetention);
  return deleted(retention === 'input' ? inputRetention : retention);
};

/** The topic an installation needs for a contract. */
export const topicConfig = (contract: TopicContract, settings: TopicSettings): TopicConfig => {
  const { name, partitions, retention } = contract;
  const entries = retentionEntries(retention, settings.inputRetentionMilliseconds);
  return {
    topic: name,
    partitions: partitions === 'default' ? settings.partitions : partitions,
    entries: {
      ...entries,
      // Foreign producers may send lz4 or snappy, which this platform's reader does not have: the broker unpacks
      // them. Its own producers do not compress, so that for their batches there is nothing to do.
      'compression.type': 'uncompressed',
      // A dead letter holds a whole record of the largest size and its own fields around it.
      'max.message.bytes': String(name === 'dead-letter-queue' ? 2 * MAX_RECORD_BYTES : MAX_RECORD_BYTES),
    },
  };
};
