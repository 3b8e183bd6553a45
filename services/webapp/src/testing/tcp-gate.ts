import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A door in front of a server, which a test can shut: to those behind it the server is gone. */
export type TcpGate = {
  /** The server's URL through the gate. */
  readonly url: string;
  readonly shut: () => void;
  readonly open: () => void;
  readonly close: () => Promise<void>;
};

export const startTcpGate = async (serverUrl: string): Promise<TcpGate> => {
  const { hostname, port } = new URL(serverUrl);
  const sockets = new Set<Socket>();
  let isOpen = true;
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
    inside.pipe(outside).pipe(inside);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(serverUrl);
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    shut: () => {
      isOpen = false;
      for (const socket of sockets) socket.destroy();
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
