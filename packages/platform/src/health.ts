import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PlatformError } from './errors.ts';
import type { Metrics } from './metrics.ts';
import { http } from './node-http.ts';

/** One thing readiness depends on: null when it is well, else one sentence that says what is wrong. */
export type ReadinessCheck = () => string | null;

export type HealthServer = {
  /** The port actually bound (useful when 0 was asked for). */
  readonly port: number;
  readonly close: () => Promise<void>;
};

export type HealthServerOptions = {
  readonly host: string;
  readonly port: number;
  readonly metrics: Metrics;
  /** Named checks; the service is ready when every one gives null. */
  readonly checks: Readonly<Record<string, ReadinessCheck>>;
};

const respond = (response: ServerResponse, status: number, contentType: string, body: string): void => {
  response.writeHead(status, { 'content-type': contentType, 'content-length': Buffer.byteLength(body) });
  response.end(body);
};

/** The answer of `/readyz`: 200 when all checks pass, 503 with the reasons when not. */
export const readiness = (
  checks: Readonly<Record<string, ReadinessCheck>>,
): {
  readonly status: 200 | 503;
  readonly body: { readonly ready: boolean; readonly checks: Record<string, string> };
} => {
  const results = Object.entries(checks).map(([name, check]) => [name, check()] as const);
  const ready = results.every(([, problem]) => problem === null);
  return {
    status: ready ? 200 : 503,
    body: { ready, checks: Object.fromEntries(results.map(([name, problem]) => [name, problem ?? 'ok'])) },
  };
};

/**
 * Serves `/livez` (the event loop answers), `/readyz` (`readiness`) and `/metrics` for a worker process.
 * Throws PORT_TAKEN when something else listens there.
 */
export const startHealthServer = async (options: HealthServerOptions): Promise<HealthServer> => {
  const server = http.createServer((request, response) => {
    const path = (request.url ?? '/').split('?')[0];
    if (path === '/livez') return respond(response, 200, 'application/json', '{"live":true}');
    if (path === '/readyz') {
      const { status, body } = readiness(options.checks);
      return respond(response, status, 'application/json', JSON.stringify(body));
    }
    if (path === '/metrics') {
      options.metrics.expose().then(
        ({ contentType, body }) => respond(response, 200, contentType, body),
        (error) => respond(response, 500, 'text/plain', String(error)),
      );
      return;
    }
    respond(
      response,
      404,
      'application/json',
      '{"error":"only /livez, /readyz and /metrics are served here"}',
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) =>
      reject(
        cause.code === 'EADDRINUSE'
          ? new PlatformError('PORT_TAKEN', `port ${options.port} is taken: set HEALTH_PORT to a free one`, {
              cause,
            })
          : cause,
      ),
    );
    server.listen(options.port, options.host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
