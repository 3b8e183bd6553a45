import { LOOPBACK } from '../ports.ts';
import type { ProcessDefinition } from './managed-process.ts';
import { httpProbe } from './poll.ts';

export type NodeService = {
  readonly name: string;
  /** File that Node runs. */
  readonly module: string;
  readonly workingDirectory: string;
  /** Its whole environment except for HEALTH_PORT. */
  readonly environment: NodeJS.ProcessEnv;
  readonly healthPort: number;
  readonly logFile: string;
  /** Asked for besides `/readyz`, for a service that serves pages. */
  readonly pageUrl?: string;
};

/** A service's own graceful stop takes up to 10 s; past that it hangs. */
const STOP_WITHIN_MILLISECONDS = 12_000;

/** URL of the service's readiness. */
export const readinessUrl = (healthPort: number): string => `http://${LOOPBACK}:${healthPort}/readyz`;

/**
 * A service of this repository as a child process: run by the Node that runs us, ready when `/readyz` says so,
 * told by its IPC channel when we are gone. It may take as long as it needs to become ready: what it waits for
 * (Kafka, the registry) may be away for a while.
 */
export const nodeServiceDefinition = (service: NodeService): ProcessDefinition => {
  const ready = httpProbe(readinessUrl(service.healthPort));
  const page = service.pageUrl === undefined ? null : httpProbe(service.pageUrl);
  return {
    name: service.name,
    logFile: service.logFile,
    failureCode: 'INTERNAL',
    readyWithinMilliseconds: Number.POSITIVE_INFINITY,
    stopWithinMilliseconds: STOP_WITHIN_MILLISECONDS,
    ipc: true,
    probe: async (signal) => (await ready(signal)) ?? (page === null ? null : page(signal)),
    launch: () => ({
      command: process.execPath,
      args: [service.module],
      workingDirectory: service.workingDirectory,
      environment: { ...service.environment, HEALTH_PORT: String(service.healthPort) },
    }),
  };
};
