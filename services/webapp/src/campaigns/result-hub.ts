import type { ServerResponse } from 'node:http';
import { createOpenStreams } from '../live/open-streams.ts';
import type { RowChange } from '../tables/followed-table.ts';
import { resultJson } from './result-json.ts';
import type { WindowRow } from './window-index.ts';

/** Tells programs each window that changed, as JSON. */
export type ResultHub = {
  /** Sends windows that change from now on, until the response closes; `wants` says which. */
  readonly subscribe: (response: ServerResponse, wants: (row: WindowRow) => boolean) => void;
  readonly changed: (changes: readonly RowChange<WindowRow>[]) => void;
  readonly listeners: () => number;
  readonly close: () => Promise<void>;
};

type Listener = {
  readonly response: ServerResponse;
  readonly wants: (row: WindowRow) => boolean;
  /** What was not told yet, the newest of each window. */
  readonly waiting: Map<string, WindowRow>;
};

/** Changes within this time go out together; the first after a pause goes out at once. */
const COALESCE_MILLISECONDS = 20;

/** A hub without listeners. One that reads slowly costs the newest state of each window, never a queue of events. */
export const createResultHub = (): ResultHub => {
  const streams = createOpenStreams<Listener>();
  const { listeners } = streams;
  let timer: NodeJS.Timeout | undefined;
  let nextRound = 0;

  const isReady = ({ response, waiting }: Listener): boolean =>
    waiting.size > 0 && !response.writableNeedDrain;

  const round = (): void => {
    timer = undefined;
    nextRound = performance.now() + COALESCE_MILLISECONDS;
    const texts = new Map<WindowRow, string>();
    for (const listener of [...listeners].filter(isReady)) {
      let events = '';
      for (const row of listener.waiting.values()) {
        let text = texts.get(row);
        if (text === undefined) {
          text = `event: result\ndata: ${JSON.stringify(resultJson(row, '1m'))}\n\n`;
          texts.set(row, text);
        }
        events += text;
      }
      listener.waiting.clear();
      listener.response.write(events);
    }
  };

  const schedule = (): void => {
    if (timer !== undefined || ![...listeners].some(isReady)) return;
    timer = setTimeout(round, Math.max(0, nextRound - performance.now()));
  };

  return {
    listeners: () => listeners.size,
    subscribe: (response, wants) => {
      const listener: Listener = { response, wants, waiting: new Map() };
      streams.open(listener, schedule);
    },
    changed: (changes) => {
      if (listeners.size === 0) return;
      for (const { wants, waiting } of listeners)
        for (const { key, row } of changes) if (row !== null && wants(row)) waiting.set(key, row);
      schedule();
    },
    close: async () => {
      clearTimeout(timer);
      streams.close();
    },
  };
};
