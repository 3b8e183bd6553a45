import { type AddressInfo, connect as connectSocket, createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** Numbers of the requests that tests cut (https://kafka.apache.org/protocol#protocol_api_keys). */
export const API_KEYS = { Produce: 0, Fetch: 1, Metadata: 3, Heartbeat: 12, EndTxn: 26 } as const;

/** A broker behind a proxy that can fail as networks do. */
export type KafkaProxy = {
  readonly bootstrapServers: string;
  /**
   * Cuts the connection at the next answer to such a request, which the broker has carried out and the client
   * never hears of. Resolves when it has happened.
   */
  readonly cutNextResponse: (apiKey: number) => Promise<void>;
  /**
   * Cuts the connection at the next such request, which the broker never hears of. Resolves when it has happened.
   */
  readonly cutNextRequest: (apiKey: number) => Promise<void>;
  /** How many such requests the broker has answered so far. */
  readonly answered: (apiKey: number) => number;
  /** How many connections were turned away since the start. */
  readonly refused: () => number;
  /** Hangs up on everybody and refuses connections until `restore`. */
  readonly interrupt: () => void;
  /** Holds every answer back for so long, in order, until `restore`. */
  readonly delay: (milliseconds: number) => void;
  /** Lets nothing through in either direction, and hangs up on nobody, until `restore`: what was sent comes late. */
  readonly stall: () => void;
  /** Ends the direction from the broker to every client, and goes on taking what clients send. */
  readonly halfClose: () => void;
  /** Everything as it was. */
  readonly restore: () => void;
  readonly close: () => Promise<void>;
};

/** A connection that a test wants cut, and where. */
type Cut = { readonly at: 'request' | 'response'; readonly apiKey: number; readonly done: () => void };

/** Calls `onFrame` for every whole length-prefixed frame of a stream. */
const splitFrames = (onFrame: (frame: Buffer) => void): ((data: Buffer) => void) => {
  let rest: Buffer = Buffer.alloc(0);
  return (data) => {
    rest = rest.length === 0 ? data : Buffer.concat([rest, data]);
    while (rest.length >= 4 && rest.length >= 4 + rest.readInt32BE(0)) {
      const end = 4 + rest.readInt32BE(0);
      onFrame(rest.subarray(0, end));
      rest = rest.subarray(end);
    }
  };
};

/** Puts the proxy's port in place of the brokers' own into a Metadata response (versions 3 to 8). */
const redirectBrokers = (frame: Buffer, port: number): Buffer => {
  const patched = Buffer.from(frame);
  let at = 12;
  const brokers = patched.readInt32BE(at);
  at += 4;
  for (let i = 0; i < brokers; i++) {
    at += 4;
    at += 2 + patched.readInt16BE(at);
    patched.writeInt32BE(port, at);
    at += 4;
    at += 2 + Math.max(0, patched.readInt16BE(at));
  }
  return patched;
};

/** Resolves at that time of `performance.now`; at once, and without a timer, when it has come. */
const until = async (time: number): Promise<void> => {
  const wait = time - performance.now();
  if (wait > 0) await delay(wait);
};

/** Starts a proxy on a free port of 127.0.0.1 before a one-node cluster. */
export const startKafkaProxy = async (target: string): Promise<KafkaProxy> => {
  const [host = '', targetPort = ''] = target.split(':');
  /** Both ends of every connection, the client's first. */
  const pairs = new Map<Socket, Socket>();
  let isInterrupted = false;
  let isStalled = false;
  let delayMilliseconds = 0;
  let refused = 0;
  const answered = new Map<number, number>();
  let cut: Cut | null = null;

  const isCut = (at: Cut['at'], apiKey: number | undefined): boolean => {
    if (cut === null || cut.at !== at || cut.apiKey !== apiKey) return false;
    cut.done();
    cut = null;
    return true;
  };

  const server = createServer((client) => {
    if (isInterrupted) {
      refused += 1;
      client.destroy();
      return;
    }
    const broker = connectSocket({ host, port: Number(targetPort), noDelay: true });
    client.setNoDelay(true);
    const asked = new Map<number, number>();
    /** Answers go out in the order in which they came, whatever the delay was at the time. */
    let written = Promise.resolve();
    const hangUp = (): void => {
      client.destroy();
      broker.destroy();
      pairs.delete(client);
    };
    pairs.set(client, broker);
    for (const socket of [client, broker]) {
      socket.on('error', hangUp);
      socket.on('close', hangUp);
    }
    client.on(
      'data',
      splitFrames((frame) => {
        const apiKey = frame.readInt16BE(4);
        if (isCut('request', apiKey)) {
          hangUp();
          return;
        }
        asked.set(frame.readInt32BE(8), apiKey);
        broker.write(frame);
      }),
    );
    broker.on(
      'data',
      splitFrames((frame) => {
        const correlationId = frame.readInt32BE(4);
        const apiKey = asked.get(correlationId);
        asked.delete(correlationId);
        if (isCut('response', apiKey)) {
          hangUp();
          return;
        }
        if (client.destroyed) return;
        if (apiKey !== undefined) answered.set(apiKey, (answered.get(apiKey) ?? 0) + 1);
        const answer = apiKey === API_KEYS.Metadata ? redirectBrokers(frame, port) : frame;
        const dueAt = performance.now() + delayMilliseconds;
        written = written.then(() => until(dueAt)).then(() => void (client.writable && client.write(answer)));
      }),
    );
    if (isStalled) for (const socket of [client, broker]) socket.pause();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const hangUpAll = (): void => {
    for (const client of pairs.keys()) client.destroy();
  };

  return {
    bootstrapServers: `127.0.0.1:${port}`,
    cutNextResponse: (apiKey) => new Promise((done) => (cut = { at: 'response', apiKey, done })),
    cutNextRequest: (apiKey) => new Promise((done) => (cut = { at: 'request', apiKey, done })),
    answered: (apiKey) => answered.get(apiKey) ?? 0,
    refused: () => refused,
    interrupt: () => {
      isInterrupted = true;
      hangUpAll();
    },
    delay: (milliseconds) => {
      delayMilliseconds = milliseconds;
    },
    stall: () => {
      isStalled = true;
      for (const sockets of pairs) for (const socket of sockets) socket.pause();
    },
    halfClose: () => {
      for (const client of pairs.keys()) client.end();
    },
    restore: () => {
      isInterrupted = false;
      isStalled = false;
      delayMilliseconds = 0;
      for (const sockets of pairs) for (const socket of sockets) socket.resume();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        hangUpAll();
      }),
  };
};
