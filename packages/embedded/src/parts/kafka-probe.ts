import type { Probe } from '../supervise/poll.ts';
import { socketProbe } from './socket-probe.ts';

const METADATA_API_KEY = 3;
const METADATA_VERSION = 4;

/** A Metadata request, version 4, for no topics (Kafka protocol guide, "Metadata API"). */
const metadataRequest = (): Buffer => {
  const client = Buffer.from('embedded-probe');
  const request = Buffer.alloc(4 + 2 + 2 + 4 + 2 + client.length + 4 + 1);
  let at = request.writeInt32BE(request.length - 4, 0);
  at = request.writeInt16BE(METADATA_API_KEY, at);
  at = request.writeInt16BE(METADATA_VERSION, at);
  at = request.writeInt32BE(1, at); // correlation id
  at = request.writeInt16BE(client.length, at);
  at += client.copy(request, at);
  at = request.writeInt32BE(0, at); // an empty list: no topics
  request.writeInt8(0, at); // allow_auto_topic_creation: no
  return request;
};

/** Brokers in a Metadata answer: size, correlation id and throttle time come before their count. */
const brokersIn = (answer: Buffer): number => answer.readInt32BE(12);

/** Satisfied when the broker answers and counts itself among the live ones, so that topics can be made. */
export const kafkaProbe = (port: number): Probe =>
  socketProbe(port, {
    request: metadataRequest(),
    verdict: (answer) => {
      if (answer.length < 16) return undefined;
      return brokersIn(answer) > 0 ? null : 'the broker is not registered yet';
    },
    closed: 'the broker closed the connection',
  });
