import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { PlatformError } from '@marketing-streams/platform/errors';

/** The one address everything embedded listens on. */
export const LOOPBACK = '127.0.0.1';

/**
 * Free ports are taken from below the range the kernel gives to outgoing connections (32768 up on Linux, 49152
 * up on macOS). In that range a client that reconnects to a broker which is down can be given the broker's own
 * port as its source, connect to itself, and keep the broker from coming back.
 */
const FIRST_PORT = 20_000;
const LAST_PORT = 32_000;

/** Whether a server could listen on the port of the loopback address right now. */
export const isPortFree = (port: number): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(false);
      else reject(error);
    });
    server.listen(port, LOOPBACK, () => server.close(() => resolve(true)));
  });

/** A port that nothing listens on, and that nobody is given by chance soon after. */
export const findFreePort = async (): Promise<number> => {
  for (;;) {
    const port = randomInt(FIRST_PORT, LAST_PORT);
    if (await isPortFree(port)) return port;
  }
};

/** Throws PORT_TAKEN with the port, who wants it, and the variable that moves it. */
export const assertPortFree = async (part: string, port: number, variable: string): Promise<void> => {
  if (await isPortFree(port)) return;
  throw new PlatformError(
    'PORT_TAKEN',
    `port ${port} for ${part} is taken by another program: set ${variable} to a free port, or stop that program`,
    { details: { field: variable, value: port } },
  );
};

/** The asked port after a check that it is free, or any free one for 0. */
export const resolvePort = async (part: string, port: number, variable: string): Promise<number> => {
  if (port === 0) return findFreePort();
  await assertPortFree(part, port, variable);
  return port;
};
