import { PlatformError } from '@marketing-streams/platform/errors';
import { createChangedKeys } from './changed-keys.ts';
import { REMOVED, type StateChanges } from './sealed-changes.ts';
import type { StateView } from './state-view.ts';
import type { TaskStore } from './task-store.ts';

/** A task's state with the changes of the transaction under way on top. */
export type Overlay = {
  readonly view: StateView;
  readonly changes: StateChanges;
  /** Begins a part that can be taken back: one record's way through the steps. */
  readonly mark: () => void;
  /** Takes back everything since the last mark. */
  readonly rollBack: () => void;
};

/** LMDB's limit is 1,978 bytes, and its key encoding may add some. */
const MAX_KEY_BYTES = 1_900;

const checkKey = (key: string): void => {
  if (key.length * 3 <= MAX_KEY_BYTES || Buffer.byteLength(key) <= MAX_KEY_BYTES) return;
  throw new PlatformError(
    'VALUE_INVALID',
    `a key of ${Buffer.byteLength(key)} bytes is too long for the state`,
    {
      details: { value: key.slice(0, 64) },
    },
  );
};

/** UTF-8 order, which is LMDB's; JavaScript's own differs beyond the basic plane. */
const inKeyOrder = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** An empty overlay on a store. */
export const createOverlay = (store: Pick<TaskStore, 'get' | 'range'>): Overlay => {
  const changes = new Map<string, unknown>();
  /** Those that were taken back too. */
  const changedKeys = createChangedKeys();
  /** Keys changed since the mark, oldest first, and what they had before; undefined: nothing. */
  const undoKeys: string[] = [];
  const undoValues: unknown[] = [];

  const set = (key: string, value: unknown): void => {
    checkKey(key);
    const former = changes.get(key);
    if (former === undefined) changedKeys.add(key);
    undoKeys.push(key);
    undoValues.push(former);
    changes.set(key, value);
  };

  function* range(prefix: string, after?: string): Iterable<readonly [string, unknown]> {
    const changed = changedKeys
      .beginningWith(prefix)
      .filter((key) => changes.has(key) && (after === undefined || inKeyOrder(key, after) > 0))
      .sort(inKeyOrder);
    let next = 0;
    for (const [key, value] of store.range(prefix, after)) {
      while (next < changed.length && inKeyOrder(changed[next]!, key) < 0) {
        const ahead = changed[next++]!;
        if (changes.get(ahead) !== REMOVED) yield [ahead, changes.get(ahead)];
      }
      if (changed[next] !== key) yield [key, value];
      else if (changes.get(changed[next++]!) !== REMOVED) yield [key, changes.get(key)];
    }
    for (; next < changed.length; next++) {
      const value = changes.get(changed[next]!);
      if (value !== REMOVED) yield [changed[next]!, value];
    }
  }

  return {
    changes,
    view: {
      get: <Value>(key: string) => {
        const changed = changes.get(key);
        if (changed === REMOVED) return undefined;
        if (changed !== undefined) return changed as Value;
        return store.get(key) as Value | undefined;
      },
      put: set,
      remove: (key) => set(key, REMOVED),
      range: range as StateView['range'],
    },
    mark: () => {
      undoKeys.length = 0;
      undoValues.length = 0;
    },
    rollBack: () => {
      while (undoKeys.length > 0) {
        const key = undoKeys.pop()!;
        const former = undoValues.pop();
        if (former === undefined) changes.delete(key);
        else changes.set(key, former);
      }
    },
  };
};
