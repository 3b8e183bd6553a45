import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A relay between one client and the one broker that can lose the answer to a commit. */
export type KafkaProxy = {
  /** host:port to give to the client. */
  readonly bootstrapServers: string;
  /**
   * Cuts the connection on which the next EndTxn is answered, after the broker has committed or aborted and before
   * the client hears of it. Resolves when that has happened.
   */
  readonly cutAfterEndTransaction: () => Promise<void>;
  readonly close: () => Promise<void>;
};

/** Kafka protocol API keys, https://kafka.apache.org/protocol#protocol_api_keys */
const METADATA = 3;
const FIND_COORDINATOR = 10;
const END_TRANSACTION = 26;

const HOST = '127.0.0.1';

/** Hands over whole frames (4-byte length, then that many bytes), however they were cut up on the way. */
const byFrame = (onFrame: (frame: Buffer) => void): ((chunk: Buffer) => void) => {
  let waiting: Buffer = Buffer.alloc(0);
  return (chunk) => {
    waiting = waiting.length === 0 ? chunk : Buffer.concat([waiting, chunk]);
    while (waiting.length >= 4) {
      const end = 4 + waiting.readInt32BE(0);
      if (waiting.length < end) return;
      onFrame(waiting.subarray(0, end));
      waiting = waiting.subarray(end);
    }
  };
};

/** Puts our port where the broker tells its own: after its host, as a 4-byte integer. */
const redirected = (frame: Buffer, from: number, to: number): Buffer => {
  const address = Buffer.alloc(HOST.length + 4);
  address.write(HOST);
  address.writeInt32BE(from, HOST.length);
  const copy = Buffer.from(frame);
  for (let at = copy.indexOf(address); at >= 0; at = copy.indexOf(address, at + 1)) {
    copy.writeInt32BE(to, at + HOST.length);
  }
  return copy;
};

/** Starts a relay in front of the broker on the loopback address. */
export const startKafkaProxy = async (bootstrapServers: string): Promise<KafkaProxy> => {
  const brokerPort = Number(bootstrapServers.split(':')[1]);
  const sockets = new Set<Socket>();
  let onCut: (() => void) | undefined;

  const relay = (client: Socket, ownPort: number): void => {
    const broker = connect(brokerPort, HOST);
    /** What each request under way asked for, by its correlation id. */
    const asked = new Map<number, number>();
    const end = (): void => {
      client.destroy();
      broker.destroy();
      sockets.delete(client);
      sockets.delete(broker);
    };
    for (const socket of [client, broker]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', end);
      socket.on('close', end);
    }
    client.on(
      'data',
      byFrame((frame) => {
        asked.set(frame.readInt32BE(8), frame.readInt16BE(4));
        broker.write(frame);
      }),
    );
    broker.on(
      'data',
      byFrame((frame) => {
        const correlationId = frame.readInt32BE(4);
        const apiKey = asked.get(correlationId);
        asked.delete(correlationId);
        if (apiKey === END_TRANSACTION && onCut !== undefined) {
          onCut();
          onCut = undefined;
          end();
          return;
        }
        const tellsAddress = apiKey === METADATA || apiKey === FIND_COORDINATOR;
        client.write(tellsAddress ? redirected(frame, brokerPort, ownPort) : frame);
      }),
    );
  };

  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
  const { port } = server.address() as AddressInfo;
  server.on('connection', (client) => relay(client, port));
  return {
    bootstrapServers: `${HOST}:${port}`,
    cutAfterEndTransaction: () =>
      new Promise((resolve) => {
        onCut = resolve;
      }),
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
};
