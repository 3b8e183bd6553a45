import { mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import { LOOPBACK } from '../ports.ts';
import type { ProcessDefinition } from '../supervise/managed-process.ts';
import type { Probe } from '../supervise/poll.ts';
import type { PartContext } from './part-context.ts';

/** Satisfied when Redis answers PING with PONG; while it reads its file it answers `-LOADING`. */
export const redisProbe =
  (port: number): Probe =>
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
      socket.on('connect', () => socket.write('PING\r\n'));
      socket.on('error', (error) => finish(error.message));
      socket.on('close', () => finish('Redis closed the connection'));
      socket.setEncoding('utf8').on('data', (answer: string) => {
        finish(answer.startsWith('+PONG') ? null : answer.trim());
      });
    });

/** Redis with an append-only file, written to disk every second. */
export const redisDefinition = (context: PartContext & { readonly binary: string }): ProcessDefinition => ({
  name: 'Redis',
  logFile: context.logFile,
  failureCode: 'REDIS_UNAVAILABLE',
  readyWithinMilliseconds: 60_000,
  stopWithinMilliseconds: 5_000,
  probe: redisProbe(context.port),
  launch: () => {
    mkdirSync(context.dataDirectory, { recursive: true });
    const settings: Record<string, string> = {
      bind: LOOPBACK,
      port: String(context.port),
      dir: context.dataDirectory,
      appendonly: 'yes',
      appendfsync: 'everysec',
      save: '',
      daemonize: 'no',
    };
    return {
      command: context.binary,
      args: Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]),
      environment: context.environment,
    };
  },
});
