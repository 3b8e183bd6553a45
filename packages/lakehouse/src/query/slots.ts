/** Lets a number of calls run at the same time; others wait in order. */
export type Slots = {
  /** Throws the signal's reason when it is aborted before the call's turn. */
  readonly run: <T>(signal: AbortSignal | undefined, call: () => Promise<T>) => Promise<T>;
  /** Waits for the calls under way; those that wait and later ones are refused. */
  readonly close: () => Promise<void>;
};

const closedError = (): Error => new TypeError('it is closed already');

/** See `Slots`. */
export const createSlots = (count: number): Slots => {
  const waiting: (() => void)[] = [];
  const running = new Set<Promise<unknown>>();
  let closed = false;

  const turn = (signal: AbortSignal | undefined): Promise<void> =>
    new Promise((resolve, reject) => {
      const begin = (): void => {
        signal?.removeEventListener('abort', giveUp);
        if (closed) reject(closedError());
        else resolve();
      };
      const giveUp = (): void => {
        waiting.splice(waiting.indexOf(begin), 1);
        reject(signal!.reason);
      };
      waiting.push(begin);
      signal?.addEventListener('abort', giveUp, { once: true });
    });

  return {
    run: async (signal, call) => {
      signal?.throwIfAborted();
      if (closed) throw closedError();
      while (running.size >= count) await turn(signal);
      const started = call();
      running.add(started);
      try {
        return await started;
      } finally {
        running.delete(started);
        waiting.shift()?.();
      }
    },
    close: async () => {
      closed = true;
      for (const begin of waiting.splice(0)) begin();
      await Promise.allSettled(running);
    },
  };
};
