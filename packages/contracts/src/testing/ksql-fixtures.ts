import { readdirSync, readFileSync } from 'node:fs';
import type { TopicName } from '../topics.ts';

/** A record to be sent, see ksql/README.md. */
export type FixtureInput = {
  readonly topic: TopicName;
  /** Where it goes; without it to the partition of its key, as Java clients choose it. */
  readonly partition?: number;
  /** Text, or fields written as compact JSON in their order; null for none. */
  readonly key: string | Readonly<Record<string, unknown>> | null;
  /** Fields by the topic's contract, text that is sent as it is, or null for a tombstone. */
  readonly value: Readonly<Record<string, unknown>> | string | null;
  /** The record's Kafka timestamp, epoch milliseconds. */
  readonly timestamp: number;
};

/** The last value of a key. */
export type FixtureOutput = {
  readonly topic: TopicName;
  readonly key: string | Readonly<Record<string, unknown>>;
  readonly value: Readonly<Record<string, unknown>>;
};

/** Input records, and what the live aggregation makes of them: on the topics of `outputs` these keys and no others. */
export type Fixture = {
  readonly name: string;
  readonly description: string;
  readonly inputs: readonly FixtureInput[];
  readonly outputs: readonly FixtureOutput[];
};

const FOLDER = new URL('../../../../ksql/fixtures/', import.meta.url);

const DAY_MILLISECONDS = 86_400_000;

/** Fields that hold a time, wherever they stand. */
const TIMES = new Set(['timestamp', 'ts', 'window_start', 'window_end']);

const isTime = (field: string): boolean => TIMES.has(field) || field.endsWith('_at');

const shiftTimes = <Value>(value: Value, milliseconds: number): Value => {
  if (Array.isArray(value)) return value.map((item) => shiftTimes(item, milliseconds)) as Value;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([field, inner]) => [
      field,
      isTime(field) && typeof inner === 'number' ? inner + milliseconds : shiftTimes(inner, milliseconds),
    ]),
  ) as Value;
};

/**
 * The fixture as if it had happened at most a day before `now` (epoch milliseconds): all its times moved by the same
 * number of whole days, so that windows stay where they are within their day.
 */
export const fixtureAt = (fixture: Fixture, now: number): Fixture => {
  const newest = Math.max(...fixture.inputs.map(({ timestamp }) => timestamp));
  return shiftTimes(fixture, Math.floor((now - newest) / DAY_MILLISECONDS) * DAY_MILLISECONDS);
};

/** Every fixture of ksql/fixtures, in the order of their file names. */
export const loadFixtures = (): readonly Fixture[] =>
  readdirSync(FOLDER)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as Fixture);

/** A key as it stands on the topic. */
export const keyText = (key: FixtureInput['key']): string | null =>
  key === null || typeof key === 'string' ? key : JSON.stringify(key);
