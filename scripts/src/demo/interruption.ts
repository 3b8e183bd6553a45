/** How a person ends the demo. */
export type Interruption = {
  /** Aborted by the first Ctrl-C, SIGTERM, or the end of the terminal. */
  readonly first: AbortSignal;
  /** Aborted by the second one: do not wait. */
  readonly second: AbortSignal;
  /** Stops listening to signals. */
  readonly dispose: () => void;
};

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Turns the process's signals into abort signals. A closed standard output counts too: nobody is there. */
export const listenForInterruption = (): Interruption => {
  const first = new AbortController();
  const second = new AbortController();
  const interrupt = (): void => {
    if (first.signal.aborted) second.abort();
    else first.abort();
  };
  const outputClosed = (): void => first.abort();
  for (const signal of SIGNALS) process.on(signal, interrupt);
  process.stdout.on('error', outputClosed);
  return {
    first: first.signal,
    second: second.signal,
    dispose: () => {
      // The listener on the output stays: the last lines' writes may fail after everything has ended.
      for (const signal of SIGNALS) process.off(signal, interrupt);
    },
  };
};

/** Resolves when the signal aborts. */
export const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
