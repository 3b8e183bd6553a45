import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Logger } from '@marketing-streams/platform/logging';
import type { LiveView } from '../view/live-view.ts';
import type { OverlaidCustomer } from '../view/overlay.ts';
import { createOpenStreams } from './open-streams.ts';

/** An event as it goes over the wire. `data` is JSON. */
export type LiveEvent = { readonly event: string; readonly data: string };

/** What one listener wants to hear, and in which form. */
export type Subscription = {
  /** These customers only; null for all. */
  readonly customerIds: ReadonlySet<string> | null;
  /** Events for a customer that changed. May be asked for once per customer and moment for all listeners. */
  readonly customer: (customerId: string, customer: OverlaidCustomer) => Promise<LiveEvent> | LiveEvent;
  /** Names the form: listeners of one form share what `customer` gives. */
  readonly form: string;
  /** The event for changed totals; null when the listener does not show them. */
  readonly totals: (() => LiveEvent) | null;
  /** The event for a part of the world that went away or came back. */
  readonly status: () => LiveEvent;
};

export type EventHub = {
  /**
   * Sends events on a response until it closes.
   * @param after place given by `place` or by the id of an event: what changed since is sent at once
   */
  readonly subscribe: (response: ServerResponse, subscription: Subscription, after: string | null) => void;
  /** Where the stream of changes is now. */
  readonly place: () => string;
  readonly statusChanged: () => void;
  readonly listeners: () => number;
  readonly close: () => Promise<void>;
};

type Listener = {
  readonly response: ServerResponse;
  readonly subscription: Subscription;
  readonly changed: Set<string>;
  totalsChanged: boolean;
};

/** Changes within this time go out together; the first after a pause goes out at once. */
const COALESCE_MILLISECONDS = 50;
/** After a round that failed, because Redis is away: how long until the next. */
const PAUSE_MILLISECONDS = 1_000;
/** Customers per round; the rest goes with the next, so that a backlog does not hold up pages. */
const MOST_PER_ROUND = 250;

/**
 * Tells browsers what changed. A listener that reads slowly is skipped until its socket has drained and then
 * gets the newest state of what it missed: it costs a set of ids, never a queue of events.
 */
export const createEventHub = (view: LiveView, logger: Logger): EventHub => {
  const instance = randomUUID().slice(0, 8);
  const streams = createOpenStreams<Listener>();
  const { listeners } = streams;
  let timer: NodeJS.Timeout | undefined;
  let nextRound = 0;
  let running = false;
  let failing = false;

  const place = (): string => `${instance}-${view.index.sequence()}`;

  const write = ({ response }: Listener, { event, data }: LiveEvent): void => {
    response.write(`id: ${place()}\nevent: ${event}\ndata: ${data}\n\n`);
  };

  const hasWork = ({ response, changed, totalsChanged }: Listener): boolean =>
    !response.writableNeedDrain && (changed.size > 0 || totalsChanged);

  /** The customers that the round is about, by what the most listeners wait for first come. */
  const idsOfRound = (waiting: readonly Listener[]): string[] => {
    const ids = new Set<string>();
    for (const { changed } of waiting) {
      for (const id of changed) {
        if (ids.size >= MOST_PER_ROUND) return [...ids];
        ids.add(id);
      }
    }
    return [...ids];
  };

  const round = async (): Promise<void> => {
    const waiting = [...listeners].filter(hasWork);
    const ids = idsOfRound(waiting);
    // Taken out before anything is read: who changes meanwhile is told of again with the next round.
    const turns = waiting.map((listener) => ({
      listener,
      untold: new Set(ids.filter((id) => listener.changed.delete(id))),
    }));
    try {
      const customers = await view.customers(ids);
      const customerOf = new Map(ids.map((id, position) => [id, customers[position]!]));
      const made = new Map<string, Promise<LiveEvent> | LiveEvent>();
      for (const { listener, untold } of turns) {
        const { subscription } = listener;
        for (const id of untold) {
          const key = `${subscription.form}\n${id}`;
          let event = made.get(key);
          if (event === undefined) {
            event = subscription.customer(id, customerOf.get(id)!);
            made.set(key, event);
          }
          write(listener, event instanceof Promise ? await event : event);
          untold.delete(id);
        }
        if (listener.totalsChanged && subscription.totals !== null) write(listener, subscription.totals());
        listener.totalsChanged = false;
      }
    } catch (error) {
      for (const { listener, untold } of turns) for (const id of untold) listener.changed.add(id);
      throw error;
    }
    if (failing && ids.length > 0) {
      failing = false;
      logger.info('live events go on');
    }
  };

  const failed = (error: unknown): void => {
    nextRound = performance.now() + PAUSE_MILLISECONDS;
    if (!failing) logger.warn({ err: error }, 'live events wait');
    failing = true;
  };

  const schedule = (): void => {
    if (timer !== undefined || running) return;
    timer = setTimeout(
      () => {
        timer = undefined;
        running = true;
        nextRound = performance.now() + COALESCE_MILLISECONDS;
        round()
          .catch(failed)
          .finally(() => {
            running = false;
            if ([...listeners].some(hasWork)) schedule();
          });
      },
      Math.max(0, nextRound - performance.now()),
    );
  };

  const stopListening = view.onChange((customerIds) => {
    if (listeners.size === 0) return;
    for (const { subscription, changed } of listeners) {
      for (const id of customerIds) {
        if (subscription.customerIds === null || subscription.customerIds.has(id)) changed.add(id);
      }
    }
    for (const listener of listeners) listener.totalsChanged = listener.subscription.totals !== null;
    schedule();
  });

  /** What a listener missed between a place and now: all it asked for when the place is another process's. */
  const missedSince = (
    after: string | null,
    wanted: Subscription['customerIds'],
  ): readonly string[] | 'unknown' => {
    if (after === null) return [];
    const [process, sequence] = after.split('-');
    if (process !== instance) return wanted === null ? 'unknown' : [...wanted];
    const changed = view.index.changedSince(Number(sequence));
    return wanted === null ? changed : changed.filter((id) => wanted.has(id));
  };

  return {
    place,
    listeners: () => listeners.size,
    subscribe: (response, subscription, after) => {
      const missed = missedSince(after, subscription.customerIds);
      const listener: Listener = {
        response,
        subscription,
        changed: new Set(missed === 'unknown' ? [] : missed),
        totalsChanged: subscription.totals !== null,
      };
      streams.open(listener, schedule);
      // Too much to tell: the reader has to load its list again.
      if (missed === 'unknown') write(listener, { event: 'reload', data: '{}' });
      write(listener, subscription.status());
      schedule();
    },
    statusChanged: () => {
      for (const listener of listeners) {
        write(listener, listener.subscription.status());
        // Whatever changed unseen meanwhile: the totals event makes pages look again.
        listener.totalsChanged = listener.subscription.totals !== null;
      }
      schedule();
    },
    close: async () => {
      stopListening();
      clearTimeout(timer);
      streams.close();
    },
  };
};
