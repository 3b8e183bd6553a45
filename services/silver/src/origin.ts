import type { RecordHeaders, SourceOffset } from '@marketing-streams/contracts/record';
import { PlatformError } from '@marketing-streams/platform/errors';

/** Header that carries where a forwarded record was first written, as `topic/partition/offset`. */
const ORIGIN_HEADER = 'origin';

/** The headers a forwarded record travels with. */
export const originHeaders = ({
  topic,
  partition,
  offset,
}: SourceOffset): Readonly<Record<string, string>> => ({
  [ORIGIN_HEADER]: `${topic}/${partition}/${offset}`,
});

/**
 * Where a forwarded record was first written. Throws VALUE_INVALID when its header does not say, or says a number
 * that no partition or offset can be.
 */
export const originOf = (headers: RecordHeaders): SourceOffset => {
  const header = headers[ORIGIN_HEADER];
  const text = Buffer.isBuffer(header) ? header.toString('utf8') : '';
  const match = /^(.+)\/(\d+)\/(\d+)$/.exec(text);
  const [, topic = '', partition, offset] = match ?? [];
  const place = { topic, partition: Number(partition), offset: Number(offset) };
  if (!Number.isSafeInteger(place.partition) || !Number.isSafeInteger(place.offset)) {
    throw new PlatformError(
      'VALUE_INVALID',
      `header ${ORIGIN_HEADER} = ${JSON.stringify(text)} names no input record`,
    );
  }
  return place;
};
