import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A door in front of a server, which a test can shut: to those behind it the server is gone. */
export type TcpGate = {
  /** The server's URL through the gate. */
  readonly url: string;
  readonly shut: () => void;
  /** Shuts the gate in the moment in which somebody sends this text; it does not get through. */
  readonly shutAt: (text: string) => void;
  readonly open: () => void;
  readonly close: () => Promise<void>;
};

export const startTcpGate = async (serverUrl: string): Promise<TcpGate> => {
  const { hostname, port } = new URL(serverUrl);
  const sockets = new Set<Socket>();
  let isOpen = true;
  let trap: string | null = null;
  const shut = (): void => {
    isOpen = false;
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer((inside) => {
    if (!isOpen) {
      inside.destroy();
      return;
    }
    const outside = connect(Number(port), hostname);
    for (const socket of [inside, outside]) {
      sockets.add(socket);
      socket.on('close', () => {
        sockets.delete(socket);
        inside.destroy();
        outside.destroy();
      });
      socket.on('error', () => socket.destroy());
    }
    inside.on('data', (chunk) => {
      if (trap === null || !chunk.includes(trap)) return;
      trap = null;
      shut();
    });
    inside.pipe(outside).pipe(inside);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(serverUrl);
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    shut,
    shutAt: (text) => {
      trap = text;
    },
    open: () => {
      isOpen = true;
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
};
