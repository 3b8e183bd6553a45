/*
 * `import … from 'node:http'` makes Node read every export of that module, `WebSocket` among them, which loads all of
 * its fetch client (undici): 45 ms of CPU in each process and each thread. Asking for the module at run time does not.
 */

/** `node:http`, at a tenth of what importing it costs. */
export const http: typeof import('node:http') = process.getBuiltinModule('node:http');

/** A request whose answer is text. */
export type TextRequest = {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** From the call to the end of the answer. */
  readonly timeoutMilliseconds: number;
};

/**
 * Sends one HTTP or HTTPS request over a connection of its own. Rejects with the error of the connection, or a
 * TimeoutError; follows no redirects.
 */
export const requestText = (
  url: string,
  { method, headers, body, timeoutMilliseconds }: TextRequest,
): Promise<{ readonly status: number; readonly text: string }> => {
  const { request } = url.startsWith('https:') ? process.getBuiltinModule('node:https') : http;
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeoutMilliseconds);
    const fail = (error: Error): void => {
      // A name with several addresses: one error for each, and no words of its own.
      const told = error instanceof AggregateError && error.message === '' ? error.errors[0] : error;
      reject(signal.aborted ? signal.reason : told);
    };
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const sent = request(url, { method, headers: { ...headers, ...length }, signal }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        text += part;
      });
      response.on('error', fail);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    sent.on('error', fail);
    sent.end(body);
  });
};
