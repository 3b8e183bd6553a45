import { mkdirSync } from 'node:fs';
import { LOOPBACK } from '../ports.ts';
import type { ProcessDefinition } from '../supervise/managed-process.ts';
import type { Probe } from '../supervise/poll.ts';
import type { PartContext } from './part-context.ts';
import { socketProbe } from './socket-probe.ts';

/** Satisfied when Redis answers PING with PONG; while it reads its file it answers `-LOADING`. */
export const redisProbe = (port: number): Probe =>
  socketProbe(port, {
    request: 'PING\r\n',
    verdict: (answer) => {
      const text = answer.toString('utf8');
      return text.startsWith('+PONG') ? null : text.trim();
    },
    closed: 'Redis closed the connection',
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
