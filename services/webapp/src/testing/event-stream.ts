/** An event as it came. */
type ReceivedEvent = {
  readonly id: string;
  readonly name: string;
  readonly data: Record<string, unknown>;
};

/** A listener to server-sent events. */
export type EventStream = {
  /** The next event, from those not yet given, that fits. Rejects after ten seconds. */
  readonly next: (fits: (event: ReceivedEvent) => boolean) => Promise<ReceivedEvent>;
  readonly close: () => Promise<void>;
};

const PATIENCE_MILLISECONDS = 10_000;

const parse = (block: string): ReceivedEvent | null => {
  const fields = new Map(
    block
      .split('\n')
      .filter((line) => !line.startsWith(':'))
      .map((line) => line.split(/: (.*)/s) as [string, string]),
  );
  const data = fields.get('data');
  return data === undefined
    ? null
    : { id: fields.get('id') ?? '', name: fields.get('event') ?? 'message', data: JSON.parse(data) };
};

/** Listens at a URL, from after the event with this id if given. */
export const listenToEvents = async (url: string, lastEventId?: string): Promise<EventStream> => {
  const stop = new AbortController();
  const response = await fetch(url, {
    signal: stop.signal,
    headers: lastEventId === undefined ? {} : { 'last-event-id': lastEventId },
  });
  const waiting: ReceivedEvent[] = [];
  let wake = (): void => {};
  const reading = (async () => {
    let text = '';
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      waiting.push(...blocks.map(parse).filter((event) => event !== null));
      wake();
    }
  })().catch((error: unknown) => {
    if (!stop.signal.aborted) throw error;
  });
  return {
    next: async (fits) => {
      const deadline = performance.now() + PATIENCE_MILLISECONDS;
      for (;;) {
        while (waiting.length > 0) {
          const event = waiting.shift()!;
          if (fits(event)) return event;
        }
        const left = deadline - performance.now();
        if (left <= 0) throw new Error(`no such event came from ${url}`);
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, left);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
    },
    close: async () => {
      stop.abort();
      await reading;
    },
  };
};
