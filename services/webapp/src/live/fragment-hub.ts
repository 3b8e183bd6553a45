import type { ServerResponse } from 'node:http';
import { isPlatformError } from '@marketing-streams/platform/errors';
import type { Logger } from '@marketing-streams/platform/logging';
import { createOpenStreams } from './open-streams.ts';

/** Parts of a page: HTML by the id of the element it takes the place of. */
export type Fragments = ReadonlyMap<string, string>;

/** A page that somebody has open. */
type OpenPage = {
  /** Its address: pages of one address are rendered once. */
  readonly address: string;
  readonly render: () => Promise<Fragments> | Fragments;
};

/** Keeps open pages up to date by rendering their parts again and sending those that look different. */
export type FragmentHub = {
  /** Sends the page's parts on a response, as server-sent events, until it closes. */
  readonly subscribe: (response: ServerResponse, page: OpenPage) => void;
  /** Something that pages show may have changed. */
  readonly changed: () => void;
  readonly listeners: () => number;
  readonly close: () => Promise<void>;
};

type Listener = {
  readonly response: ServerResponse;
  readonly page: OpenPage;
  /** What was sent last of each part. */
  readonly sent: Map<string, string>;
  isCurrent: boolean;
};

/** After a round that failed, because Redis is away: how long until the next. */
const PAUSE_MILLISECONDS = 1_000;
/** Pages that take long to render are rendered less often: rests are so many times as long as rounds. */
const REST_PER_ROUND = 4;

/**
 * A hub whose pages are rendered at most once in `coalesceMilliseconds`; the first change after a pause shows at once.
 * A listener that reads slowly is passed over until its socket has drained, and then gets the newest state.
 */
export const createFragmentHub = (coalesceMilliseconds: number, logger: Logger): FragmentHub => {
  const streams = createOpenStreams<Listener>();
  const { listeners } = streams;
  let timer: NodeJS.Timeout | undefined;
  let nextRound = 0;
  let running = false;
  let failing = false;

  const isWaiting = ({ response, isCurrent }: Listener): boolean => !isCurrent && !response.writableNeedDrain;

  const tell = ({ response, sent }: Listener, fragments: Fragments): void => {
    for (const [target, html] of fragments) {
      if (sent.get(target) === html) continue;
      sent.set(target, html);
      response.write(`event: fragment\ndata: ${JSON.stringify({ target, html })}\n\n`);
    }
  };

  const round = async (): Promise<void> => {
    const waiting = [...listeners].filter(isWaiting);
    // Before anything is rendered: what changes meanwhile is part of the next round.
    for (const listener of waiting) listener.isCurrent = true;
    const addresses = Map.groupBy(waiting, ({ page }) => page.address);
    let failure: unknown;
    for (const listeners of addresses.values()) {
      try {
        const fragments = await listeners[0]!.page.render();
        for (const listener of listeners) tell(listener, fragments);
      } catch (error) {
        // What the page is about is gone: its reader connects again and is told so.
        if (isPlatformError(error, 'NOT_FOUND')) for (const { response } of listeners) response.end();
        else {
          failure = error;
          for (const listener of listeners) listener.isCurrent = false;
        }
      }
    }
    if (failure !== undefined) throw failure;
    failing = false;
  };

  const failed = (error: unknown): void => {
    nextRound = performance.now() + PAUSE_MILLISECONDS;
    if (!failing) logger.warn({ err: error }, 'live pages wait');
    failing = true;
  };

  const schedule = (): void => {
    if (timer !== undefined || running || ![...listeners].some(isWaiting)) return;
    timer = setTimeout(
      () => {
        timer = undefined;
        running = true;
        const began = performance.now();
        nextRound = began + coalesceMilliseconds;
        round()
          .then(() => {
            const ended = performance.now();
            nextRound = Math.max(nextRound, ended + REST_PER_ROUND * (ended - began));
          })
          .catch(failed)
          .finally(() => {
            running = false;
            schedule();
          });
      },
      Math.max(0, nextRound - performance.now()),
    );
  };

  return {
    listeners: () => listeners.size,
    subscribe: (response, page) => {
      const listener: Listener = { response, page, sent: new Map(), isCurrent: false };
      streams.open(listener, schedule);
      schedule();
    },
    changed: () => {
      for (const listener of listeners) listener.isCurrent = false;
      schedule();
    },
    close: async () => {
      clearTimeout(timer);
      streams.close();
    },
  };
};
