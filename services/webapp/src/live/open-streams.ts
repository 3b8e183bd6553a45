import type { ServerResponse } from 'node:http';

/** Proxies and browsers give up a connection on which nothing is said for long. */
const HEARTBEAT_MILLISECONDS = 15_000;
/** How soon a browser connects again when the connection broke. */
const RETRY_MILLISECONDS = 1_000;

/** Whoever listens on a response. */
export type StreamListener = { readonly response: ServerResponse };

/** The responses on which server-sent events go out. */
export type OpenStreams<Listener extends StreamListener> = {
  readonly listeners: ReadonlySet<Listener>;
  /** Begins the response; `onDrain` is called when a reader that was slow has caught up. Ends with its connection. */
  readonly open: (listener: Listener, onDrain: () => void) => void;
  /** Ends all responses. */
  readonly close: () => void;
};

/**
 * No responses at first. Each begins as a stream of events (HTML Living Standard, server-sent events) that no proxy is
 * to hold back, and says now and then that it is still there.
 */
export const createOpenStreams = <Listener extends StreamListener>(): OpenStreams<Listener> => {
  const listeners = new Set<Listener>();
  const heartbeat = setInterval(() => {
    for (const { response } of listeners) response.write(': still here\n\n');
  }, HEARTBEAT_MILLISECONDS);
  return {
    listeners,
    open: (listener, onDrain) => {
      const { response } = listener;
      response.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        connection: 'keep-alive',
        'x-accel-buffering': 'no',
      });
      response.write(`retry: ${RETRY_MILLISECONDS}\n\n`);
      listeners.add(listener);
      response.on('close', () => listeners.delete(listener));
      response.on('drain', onDrain);
    },
    close: () => {
      clearInterval(heartbeat);
      for (const { response } of listeners) response.end();
      listeners.clear();
    },
  };
};
