import type { CustomerGold } from '@marketing-streams/contracts/generated/customer-gold';
import { mergeOrder, type OrderRow } from '@marketing-streams/domain/order';
import { PlatformError } from '@marketing-streams/platform/errors';
import { type CustomerIndex, createCustomerIndex } from './customer-index.ts';
import type { CustomerStore } from './customer-store.ts';
import type { HistoryEntry } from './history.ts';
import { type OverlaidCustomer, type Overlay, overlayCustomer } from './overlay.ts';
import { createOverlayBoard } from './overlay-board.ts';
import type { GoldChange } from './view-batch.ts';

/** Customers as they should be seen now, and the list of them. */
export type LiveView = {
  /** Filters, pages and totals; kept in memory. */
  readonly index: Pick<CustomerIndex, 'page' | 'everyone' | 'totals' | 'sequence' | 'changedSince' | 'has'>;
  /** The customers with these ids, in this order. Throws REDIS_UNAVAILABLE. */
  readonly customers: (customerIds: readonly string[]) => Promise<readonly OverlaidCustomer[]>;
  /** A gold record as it lies on the topic; null when there is none yet. */
  readonly gold: (customerId: string) => Promise<Buffer | null>;
  /**
   * The error for a customer who is not there: NOT_FOUND naming the id, or STORAGE_UNAVAILABLE while the view
   * is still being filled and nobody can tell.
   */
  readonly missing: (customerId: string) => PlatformError;
  /** Null when the view holds all that its topics held when it was taken up, else what is going on. */
  readonly problem: () => string | null;
  /** Says that everything has been read. */
  readonly filled: () => void;
  readonly history: (customerId: string, limit: number) => Promise<readonly HistoryEntry[]>;
  /** An order as it is known now, pending actions included; null when there is none. */
  readonly order: (customerId: string, orderId: string) => Promise<OrderRow | null>;
  /** Shows an action as done until its gold record comes. */
  readonly take: (overlay: Overlay) => Promise<void>;
  /** Actions of all customers whose gold record has not come in time, newest first. */
  readonly overdue: () => readonly Overlay[];
  /** Calls back with the ids of customers that look different now; gives the way to stop that. */
  readonly onChange: (listener: (customerIds: readonly string[]) => void) => () => void;
  /** Loads all customers from Redis. */
  readonly load: () => Promise<void>;
  /** Takes in what was just written to Redis. */
  readonly applied: (changes: readonly GoldChange[], historyOf: readonly string[]) => Promise<void>;
  /** Takes in actions that another web app on the same Redis has taken. */
  readonly syncOverlays: () => Promise<void>;
  /** Moves actions past their deadline to the overdue ones, and forgets those after a while. */
  readonly sweep: () => Promise<void>;
};

export type LiveViewOptions = {
  readonly store: CustomerStore;
  readonly decodeGold: (value: Buffer) => CustomerGold;
  /** Epoch milliseconds. */
  readonly clock: () => number;
  /** Told how long an action took until its gold record was here, in seconds. */
  readonly onRetired: (seconds: number) => void;
};

/** How long the warning of an overdue action stays. */
const WARNING_MILLISECONDS = 300_000;

const FILLING = 'the customers are being read from Kafka again: try again in a moment';

/** A view that is empty until `load`. */
export const createLiveView = ({ store, decodeGold, clock, onRetired }: LiveViewOptions): LiveView => {
  const index = createCustomerIndex();
  const board = createOverlayBoard();
  const listeners = new Set<(customerIds: readonly string[]) => void>();
  let sweptAt = clock();
  let isFilling = true;

  const tell = (customerIds: readonly string[]): void => {
    if (customerIds.length > 0) for (const listener of listeners) listener(customerIds);
  };
  const overlaid = (customerId: string, gold: CustomerGold | null): OverlaidCustomer =>
    overlayCustomer(gold, board.of(customerId), clock());
  const indexCustomer = (customerId: string, gold: CustomerGold | null): void => {
    const { customer } = overlaid(customerId, gold);
    if (customer === null) index.remove(customerId);
    else index.put(customer);
  };

  const goldOf = async (customerIds: readonly string[]): Promise<readonly (CustomerGold | null)[]> =>
    (await store.gold(customerIds)).map((value) => (value === null ? null : decodeGold(value)));

  const reindex = async (customerIds: readonly string[]): Promise<void> => {
    const golds = await goldOf(customerIds);
    for (const [position, customerId] of customerIds.entries()) {
      indexCustomer(customerId, golds[position] ?? null);
    }
    tell(customerIds);
  };

  /** An order event that says nothing new never becomes part of a gold record: there is nothing to wait for. */
  const isAbsorbed = async ({ customer_id, effect, position }: Overlay): Promise<boolean> => {
    if (effect.kind !== 'order') return false;
    const entry = await store.order(customer_id, effect.after.order_id);
    return entry?.kind === 'order' && mergeOrder(entry.row, effect.after, position) === null;
  };

  const sweep = async (): Promise<void> => {
    const now = clock();
    const since = sweptAt;
    sweptAt = now;
    const expired = board.all().filter(({ deadline }) => deadline > since && deadline <= now);
    const forgotten = board.all().filter(({ deadline }) => deadline + WARNING_MILLISECONDS <= now);
    if (expired.length + forgotten.length === 0) return;
    const absorbed: Overlay[] = [];
    for (const overlay of expired) if (await isAbsorbed(overlay)) absorbed.push(overlay);
    const gone = [...absorbed, ...forgotten].map(({ action_id }) => action_id);
    board.remove(gone);
    await store.removeOverlays(gone);
    await reindex([...new Set([...expired, ...forgotten].map(({ customer_id }) => customer_id))]);
  };

  return {
    index,
    customers: async (customerIds) => {
      const golds = await goldOf(customerIds);
      return customerIds.map((customerId, position) => overlaid(customerId, golds[position] ?? null));
    },
    missing: (customerId) =>
      isFilling || index.has(customerId)
        ? new PlatformError('STORAGE_UNAVAILABLE', FILLING)
        : new PlatformError('NOT_FOUND', `there is no customer ${customerId}`, {
            details: { field: 'customer_id', value: customerId },
          }),
    problem: () => (isFilling ? FILLING : null),
    filled: () => {
      isFilling = false;
    },
    gold: async (customerId) => (await store.gold([customerId]))[0] ?? null,
    history: store.history,
    order: async (customerId, orderId) => {
      const pending = board
        .of(customerId)
        .map(({ effect }) =>
          effect.kind === 'order' && effect.after.order_id === orderId ? effect.after : null,
        )
        .findLast((row) => row !== null);
      if (pending !== undefined) return pending;
      const entry = await store.order(customerId, orderId);
      return entry?.kind === 'order' ? entry.row : null;
    },
    take: async (overlay) => {
      await store.saveOverlay(overlay);
      board.add(overlay);
      await reindex([overlay.customer_id]);
    },
    overdue: () =>
      board
        .all()
        .filter(({ deadline }) => deadline <= clock())
        .reverse(),
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    load: async () => {
      isFilling = true;
      index.clear();
      const readAt = clock();
      board.replace(await store.overlays(), readAt);
      for await (const values of store.scanGold()) {
        for (const value of values) {
          const gold = decodeGold(value);
          indexCustomer(gold.customer_id, gold);
        }
      }
      // A customer who was just created has no gold record yet.
      await reindex([...new Set(board.all().map(({ customer_id }) => customer_id))]);
    },
    applied: async (changes, historyOf) => {
      const retired: string[] = [];
      for (const { customer_id, gold } of changes) {
        const before = gold === null ? [] : board.of(customer_id);
        const ids = gold === null ? [] : board.retire(gold);
        for (const { action_id, taken_at } of before) {
          if (ids.includes(action_id)) onRetired((clock() - taken_at) / 1000);
        }
        retired.push(...ids);
        indexCustomer(customer_id, gold);
      }
      tell([...new Set([...changes.map(({ customer_id }) => customer_id), ...historyOf])]);
      await store.removeOverlays(retired);
    },
    syncOverlays: async () => {
      const readAt = clock();
      const overlays = await store.overlays();
      await reindex(board.replace(overlays, readAt));
    },
    sweep,
  };
};
