import { connect } from 'node:net';
import { LOOPBACK } from '../ports.ts';
import type { Probe } from '../supervise/poll.ts';

/** One question to a server and what its answer means. */
export type SocketQuestion = {
  readonly request: Buffer | string;
  /** Null when the server is well, a sentence when it is not, undefined while the answer is not whole. */
  readonly verdict: (answer: Buffer) => string | null | undefined;
  /** What it means that the server hangs up instead. */
  readonly closed: string;
};

/** Asks a server on the loopback address over a connection of its own. */
export const socketProbe =
  (port: number, question: SocketQuestion): Probe =>
  (signal) =>
    new Promise((resolve) => {
      const socket = connect(port, LOOPBACK);
      const finish = (problem: string | null): void => {
        signal.removeEventListener('abort', onAbort);
        socket.destroy();
        resolve(problem);
      };
      const onAbort = (): void => finish(`no answer on port ${port}`);
      signal.addEventListener('abort', onAbort);
      let answer = Buffer.alloc(0);
      socket.on('connect', () => socket.write(question.request));
      socket.on('error', (error) => finish(error.message));
      socket.on('close', () => finish(question.closed));
      socket.on('data', (chunk) => {
        answer = Buffer.concat([answer, chunk]);
        const verdict = question.verdict(answer);
        if (verdict !== undefined) finish(verdict);
      });
    });
