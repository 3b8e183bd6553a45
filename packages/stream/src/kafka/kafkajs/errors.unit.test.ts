import { PlatformError } from '@marketing-streams/platform/errors';
import { KafkaJSConnectionError } from 'kafkajs';
import { describe, expect, it } from 'vitest';
import { toPlatformError } from './errors.ts';

const codeOf = (error: unknown): string | undefined => {
  const told = toPlatformError(error, 'testing');
  return told instanceof PlatformError ? told.code : undefined;
};

/** A broker's answer as kafkajs throws it. */
const brokerSays = (type: string, message = type): Error =>
  Object.assign(new Error(message), { name: 'KafkaJSProtocolError', type, retriable: false });

describe('toPlatformError', () => {
  it('takes a request on a closed connection for an outage, which ended a consumer under load', () => {
    expect(codeOf(new Error('Broker not connected'))).toBe('KAFKA_UNAVAILABLE');
  });

  it('takes connection errors and transient answers for outages', () => {
    expect(codeOf(new KafkaJSConnectionError('socket closed'))).toBe('KAFKA_UNAVAILABLE');
    expect(codeOf(brokerSays('NOT_COORDINATOR_FOR_GROUP'))).toBe('KAFKA_UNAVAILABLE');
  });

  it("tells a later owner of the transactional id, by both of the broker's names for it", () => {
    expect(codeOf(brokerSays('INVALID_PRODUCER_EPOCH'))).toBe('FENCED');
    expect(codeOf(brokerSays('UNKNOWN', 'Unknown error code 90'))).toBe('FENCED');
  });

  it('names an answer that nobody foresaw INTERNAL', () => {
    expect(codeOf(brokerSays('SOMETHING_NEW'))).toBe('INTERNAL');
  });

  it('leaves an error that is not from the client as it is', () => {
    const error = new TypeError('a bug');
    expect(toPlatformError(error, 'testing')).toBe(error);
  });
});
