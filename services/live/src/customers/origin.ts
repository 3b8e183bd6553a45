import type { KafkaRecord, RecordHeaders } from '@marketing-streams/contracts/record';
import type { Stamp } from '@marketing-streams/domain/source-offsets';
import { PlatformError } from '@marketing-streams/platform/errors';

/** Where and when a record was first written. */
export type Origin = {
  readonly topic: string;
  /** Its place, and the time it counts as said (see `advanceClock`). */
  readonly said: Stamp;
  /** Its Kafka timestamp, epoch milliseconds. */
  readonly timestamp: number;
};

/** As in silver's repartition topic: `topic/partition/offset`. */
const PLACE_HEADER = 'origin';
/** `said time/timestamp`, epoch milliseconds. */
const TIMES_HEADER = 'origin-times';

/** The origin of a record that lies where it was first written. */
export const originHere = ({ topic, partition, offset, timestamp }: KafkaRecord, time: number): Origin => ({
  topic,
  said: { time, partition, offset },
  timestamp,
});

/** The headers a forwarded record travels with. */
export const originHeaders = ({ topic, said, timestamp }: Origin): Readonly<Record<string, string>> => ({
  [PLACE_HEADER]: `${topic}/${said.partition}/${said.offset}`,
  [TIMES_HEADER]: `${said.time}/${timestamp}`,
});

const textOf = (headers: RecordHeaders, name: string): string => {
  const header = headers[name];
  return Buffer.isBuffer(header) ? header.toString('utf8') : '';
};

/** The origin that a forwarded record's headers tell. Throws VALUE_INVALID when they do not. */
export const originOf = (headers: RecordHeaders): Origin => {
  const place = /^(.+)\/(\d+)\/(\d+)$/.exec(textOf(headers, PLACE_HEADER));
  const times = /^(\d+)\/(-?\d+)$/.exec(textOf(headers, TIMES_HEADER));
  const [, topic = '', partition, offset] = place ?? [];
  const [, time, timestamp] = times ?? [];
  const numbers = [partition, offset, time, timestamp].map(Number);
  if (!numbers.every(Number.isSafeInteger))
    throw new PlatformError(
      'VALUE_INVALID',
      `headers ${PLACE_HEADER} and ${TIMES_HEADER} name no input record`,
    );
  return {
    topic,
    said: { partition: numbers[0]!, offset: numbers[1]!, time: numbers[2]! },
    timestamp: numbers[3]!,
  };
};
