import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { LOOPBACK } from '../ports.ts';
import type { ProcessDefinition } from '../supervise/managed-process.ts';
import { httpProbe } from '../supervise/poll.ts';
import { javaFlags } from './java-launch.ts';
import type { JavaPartContext } from './part-context.ts';

const HEAP_MEGABYTES = 192;
const RUNNER = 'apicurio-registry-app-2.6.13.Final-runner.jar';

/** Base URL of the registry's Confluent-compatible API. */
export const registryUrl = (port: number): string => `http://${LOOPBACK}:${port}/apis/ccompat/v7`;

/**
 * Apicurio Registry on an H2 database file. H2 writes half a second late unless told otherwise: a schema id
 * that was given out and used in records would then be lost with a kill -9.
 */
export const registryDefinition = (context: JavaPartContext): ProcessDefinition => ({
  name: 'the schema registry',
  logFile: context.logFile,
  failureCode: 'REGISTRY_UNAVAILABLE',
  readyWithinMilliseconds: 120_000,
  stopWithinMilliseconds: 10_000,
  probe: httpProbe(`${registryUrl(context.port)}/subjects`),
  launch: () => {
    mkdirSync(context.dataDirectory, { recursive: true });
    return {
      command: context.java.command,
      args: [
        ...javaFlags(context, HEAP_MEGABYTES),
        `-Dquarkus.http.host=${LOOPBACK}`,
        `-Dquarkus.http.port=${context.port}`,
        `-Dquarkus.datasource.jdbc.url=jdbc:h2:file:${join(context.dataDirectory, 'registry')};WRITE_DELAY=0`,
        '-jar',
        join(context.programDirectory, RUNNER),
      ],
      environment: context.environment,
    };
  },
});
