import { codecFinder, type StateCodecs } from '../state/state-codec.ts';
import type { StateView } from '../state/state-view.ts';

/**
 * A task's state in memory, for unit tests of steps; values are written and read by their codecs, as a store's
 * are. `codecs` are those of the processor's definition.
 */
export const memoryState = (codecs: StateCodecs = {}): StateView => {
  const entries = new Map<string, Buffer>();
  const codecOf = codecFinder(codecs);
  const target = Buffer.alloc(1_000_000);
  const read = (key: string): unknown => {
    const bytes = entries.get(key);
    return bytes === undefined ? undefined : codecOf(key).read(bytes);
  };
  return {
    get: <Value>(key: string) => read(key) as Value | undefined,
    put: (key, value) => {
      entries.set(key, Buffer.from(target.subarray(0, codecOf(key).write(value, target, 0))));
    },
    remove: (key) => {
      entries.delete(key);
    },
    range: function* <Value>(prefix: string, after?: string) {
      const isWanted = (key: string): boolean =>
        key.startsWith(prefix) && (after === undefined || key > after);
      for (const key of [...entries.keys()].filter(isWanted).sort()) {
        yield [key, read(key) as Value] as const;
      }
    },
  };
};
