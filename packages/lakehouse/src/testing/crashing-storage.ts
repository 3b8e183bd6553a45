import type { Storage } from '../storage.ts';

/** What a crashing storage throws from the moment of its crash on. */
export class SimulatedCrash extends Error {}

/**
 * A storage whose process dies after a number of changes: the change that reaches the number is made or not, as
 * `lastChangeHappens` says, and everything from then on throws. What had been changed before is kept, as the
 * disk of a crashed machine keeps what was synced.
 */
export const crashingStorage = (
  storage: Storage,
  options: { readonly afterChanges: number; readonly lastChangeHappens: boolean },
): Storage => {
  let left = options.afterChanges;
  const alive = (): void => {
    if (left <= 0) throw new SimulatedCrash('the process is dead');
  };
  const change = async <T>(run: () => Promise<T>): Promise<T> => {
    alive();
    left--;
    if (left > 0) return run();
    if (options.lastChangeHappens) await run();
    throw new SimulatedCrash('the process died');
  };
  const look = async <T>(run: () => Promise<T>): Promise<T> => {
    alive();
    return run();
  };
  return {
    location: storage.location,
    read: (path) => look(() => storage.read(path)),
    readRange: (path, start, end) => look(() => storage.readRange(path, start, end)),
    list: (folder, startAt) => look(() => storage.list(folder, startAt)),
    walk: async function* (folder) {
      alive();
      yield* storage.walk(folder);
    },
    write: (path, data) => change(() => storage.write(path, data)),
    replace: (path, data) => change(() => storage.replace(path, data)),
    putIfAbsent: (path, data) => change(() => storage.putIfAbsent(path, data)),
    delete: (path) => change(() => storage.delete(path)),
  };
};
