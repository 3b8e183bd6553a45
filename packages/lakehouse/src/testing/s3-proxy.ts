import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/**
 * What can happen to a request: nobody hears of it (`unsent`), half of it arrives (`half-sent`), the store refuses
 * it for now (`busy`: 503) or because puts collided (`collided`: 409), it is carried out and the answer gets lost
 * (`unanswered`), half lost (`half-answered`), does not come (`stalled`), stops halfway (`half-stalled`) or tells of
 * an error (`failed-after`: 500), a proxy on the way sends it twice (`repeated`), or its condition gets lost
 * (`unconditional`).
 */
export const S3_FAULTS = [
  'unsent',
  'half-sent',
  'busy',
  'collided',
  'unanswered',
  'half-answered',
  'stalled',
  'half-stalled',
  'failed-after',
  'repeated',
  'unconditional',
] as const;

export type S3Fault = (typeof S3_FAULTS)[number];

/** A request as the proxy saw it; `key` is `''` for those of the bucket. */
export type S3Request = { readonly method: string; readonly key: string };

/** A store behind a proxy that counts requests and can fail as networks and stores do. */
export type S3Proxy = {
  readonly endpoint: string;
  /** The requests since the last call. */
  readonly takeRequests: () => readonly S3Request[];
  /** Says what happens to each request from now on; null: it goes through. */
  readonly setFaults: (faultOf: (request: S3Request) => S3Fault | null) => void;
  readonly close: () => Promise<void>;
};

type Answer = {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
};

const errorAnswer = (status: number, code: string): Answer => ({
  status,
  headers: { 'content-type': 'application/xml' },
  body: Buffer.from(`<Error><Code>${code}</Code><Message>${code} by the proxy</Message></Error>`),
});

/** Starts a proxy on a free port of 127.0.0.1 before a store. */
export const startS3Proxy = async (store: string): Promise<S3Proxy> => {
  let requests: S3Request[] = [];
  let faultOf: (request: S3Request) => S3Fault | null = () => null;

  const pass = async (incoming: IncomingMessage, body: Buffer, fault: S3Fault | null): Promise<Answer> => {
    const { 'if-none-match': condition, expect: _, ...headers } = incoming.headers;
    const isConditional = condition !== undefined && fault !== 'unconditional';
    return new Promise((resolve, reject) => {
      const outgoing = forward(
        new URL(incoming.url!, store),
        {
          method: incoming.method!,
          headers: isConditional ? { ...headers, 'if-none-match': condition } : headers,
        },
        (answer) => {
          buffer(answer).then(
            (answered) => resolve({ status: answer.statusCode!, headers: answer.headers, body: answered }),
            reject,
          );
        },
      );
      outgoing.on('error', reject);
      if (fault !== 'half-sent') outgoing.end(body);
      else outgoing.write(body.subarray(0, body.length / 2), () => outgoing.destroy(new Error('cut')));
    });
  };

  const send = (
    response: ServerResponse,
    { status, headers, body }: Answer,
    fault?: S3Fault | null,
  ): void => {
    response.writeHead(status, headers);
    if (fault === 'half-stalled') response.write(body.subarray(0, body.length / 2));
    else if (fault === 'half-answered')
      response.write(body.subarray(0, body.length / 2), () => response.destroy());
    else response.end(body);
  };

  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await buffer(incoming);
    const [, , ...names] = new URL(incoming.url!, store).pathname.split('/');
    const seen = { method: incoming.method!, key: decodeURIComponent(names.join('/')) };
    requests.push(seen);
    const fault = faultOf(seen);
    if (fault === 'unsent') return void response.destroy();
    if (fault === 'busy') return send(response, errorAnswer(503, 'SlowDown'));
    if (fault === 'collided') return send(response, errorAnswer(409, 'ConditionalRequestConflict'));
    if (fault === 'repeated') await pass(incoming, body, fault);
    const answer = await pass(incoming, body, fault);
    if (fault === 'stalled') return;
    if (fault === 'unanswered') return void response.destroy();
    if (fault === 'failed-after') return send(response, errorAnswer(500, 'InternalError'));
    send(response, answer, fault);
  };

  const server = createServer((incoming, response) => {
    handle(incoming, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    takeRequests: () => {
      const taken = requests;
      requests = [];
      return taken;
    },
    setFaults: (given) => {
      faultOf = given;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
