import type { Socket } from 'node:net';
import { isFailPointPlanned, reachFailPoint } from '@marketing-streams/platform/fail-points';

/** Number of EndTxn (https://kafka.apache.org/protocol#protocol_api_keys). */
const END_TXN = 26;

/** Where the number stands in a request: after its length. */
const API_KEY_OFFSET = 4;

/** EndTxn (versions 0 to 2) ends with whether to commit. */
const isCommit = (request: unknown): boolean =>
  Buffer.isBuffer(request) &&
  request.length > API_KEY_OFFSET + 2 &&
  request.readInt16BE(API_KEY_OFFSET) === END_TXN &&
  request.at(-1) === 1;

/**
 * Lets the fail point `commit-sent` strike as soon as the operating system has a request to commit: whatever then
 * happens to the process, the broker gets the request and nobody reads its answer. Does nothing to the socket
 * unless that fault was asked for.
 */
export const watchCommits = (socket: Socket): void => {
  if (!isFailPointPlanned('commit-sent')) return;
  const write = socket.write.bind(socket) as (data: unknown, encoding?: unknown, told?: unknown) => boolean;
  const watching = (data: unknown, encoding?: unknown, told?: unknown): boolean =>
    isCommit(data) ? write(data, encoding, () => reachFailPoint('commit-sent')) : write(data, encoding, told);
  socket.write = watching as Socket['write'];
};
