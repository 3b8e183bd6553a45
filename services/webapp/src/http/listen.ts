import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PlatformError } from '@marketing-streams/platform/errors';
import { http } from '@marketing-streams/platform/node-http';

export type Listening = {
  readonly port: number;
  /** Has all further requests answered by another app. */
  readonly serve: (app: RequestListener) => void;
  /** Answers what is under way, then closes. */
  readonly close: () => Promise<void>;
};

/** How long a request may take to close by itself when the web app stops. */
const CLOSE_MILLISECONDS = 2_000;

const closeServer = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), CLOSE_MILLISECONDS).unref();
  });

/**
 * Serves an app. Throws PORT_TAKEN when something else listens there.
 * @param setting the environment variable that moves it to another port
 */
export const listen = async (
  app: RequestListener,
  host: string,
  port: number,
  setting = 'PORT',
): Promise<Listening> => {
  let current = app;
  const server = http.createServer((request, response) => current(request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) =>
      reject(
        cause.code === 'EADDRINUSE'
          ? new PlatformError('PORT_TAKEN', `port ${port} is taken: set ${setting} to a free one`, { cause })
          : cause,
      ),
    );
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    serve: (next) => {
      current = next;
    },
    close: () => closeServer(server),
  };
};

/** The same app with another first page. */
export const beginningAt =
  (path: string, app: RequestListener): RequestListener =>
  (request, response) => {
    if (request.url !== '/') {
      app(request, response);
      return;
    }
    response.writeHead(302, { location: path });
    response.end();
  };
