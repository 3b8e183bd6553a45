/** A listener to server-sent events. */
export type EventStream = { readonly close: () => Promise<void> };

type OnEvent = (name: string, data: string) => void;

/**
 * Cuts a stream of server-sent events, as it comes in pieces, into events; comments and `retry` are left out. Only
 * data of one line is understood, which is all that the web app sends.
 */
export const createEventParser = (onEvent: OnEvent): ((piece: string) => void) => {
  let rest = '';
  return (piece) => {
    const blocks = (rest + piece).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const field = (name: string): string | undefined =>
        block
          .split('\n')
          .find((line) => line.startsWith(`${name}: `))
          ?.slice(name.length + 2);
      const data = field('data');
      if (data !== undefined) onEvent(field('event') ?? 'message', data);
    }
  };
};

/** Listens at a URL until it is closed. Throws when the answer is no success. */
export const listenToEvents = async (url: string, onEvent: OnEvent): Promise<EventStream> => {
  const stop = new AbortController();
  const response = await fetch(url, { signal: stop.signal });
  if (!response.ok || response.body === null) throw new Error(`${url} answered with ${response.status}`);
  const parse = createEventParser(onEvent);
  const { body } = response;
  const read = async (): Promise<void> => {
    for await (const piece of body.pipeThrough(new TextDecoderStream())) parse(piece);
  };
  const reading = read().catch((error: unknown) => {
    if (!stop.signal.aborted) throw error;
  });
  return {
    close: async () => {
      stop.abort();
      await reading;
    },
  };
};
