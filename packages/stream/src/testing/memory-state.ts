import type { StateView } from '../state/state-view.ts';

/** A task's state in memory, for unit tests of steps; values are cloned like a store's. */
export const memoryState = (): StateView => {
  const entries = new Map<string, unknown>();
  return {
    get: <Value>(key: string) => structuredClone(entries.get(key)) as Value | undefined,
    put: (key, value) => {
      entries.set(key, structuredClone(value));
    },
    remove: (key) => {
      entries.delete(key);
    },
    range: function* <Value>(prefix: string) {
      for (const key of [...entries.keys()].filter((one) => one.startsWith(prefix)).sort()) {
        yield [key, structuredClone(entries.get(key)) as Value] as const;
      }
    },
  };
};
