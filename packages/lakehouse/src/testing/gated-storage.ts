import { PlatformError } from '@marketing-streams/platform/errors';
import type { Storage } from '../storage.ts';

/** A disk that a test can hold up or make full. */
export type Gate = {
  /** From now on changes wait until `open`. */
  readonly shut: () => void;
  readonly open: () => void;
  /** Changes that wait. */
  readonly held: () => number;
  /** The next changes fail with this code, all unless `times` says how many; null: none. */
  readonly fail: (code: 'DISK_FULL' | 'STORAGE_UNAVAILABLE' | null, times?: number) => void;
  /** The storage behind the gate. */
  readonly behind: (storage: Storage) => Storage;
};

/** A gate that is open; one may stand before several storages. */
export const createGate = (): Gate => {
  let wall: PromiseWithResolvers<void> | null = null;
  let code: 'DISK_FULL' | 'STORAGE_UNAVAILABLE' | null = null;
  let held = 0;
  let failures = Number.POSITIVE_INFINITY;
  const change = async <T>(path: string, run: () => Promise<T>): Promise<T> => {
    if (wall !== null) {
      held++;
      await wall.promise;
      held--;
    }
    if (code !== null && failures > 0) {
      failures--;
      throw new PlatformError(code, `${path}: the test lets nothing be written`);
    }
    return run();
  };
  return {
    shut: () => {
      wall ??= Promise.withResolvers();
    },
    open: () => {
      wall?.resolve();
      wall = null;
    },
    held: () => held,
    fail: (next, times = Number.POSITIVE_INFINITY) => {
      code = next;
      failures = times;
    },
    behind: (storage) => ({
      ...storage,
      write: (path, data) => change(path, () => storage.write(path, data)),
      replace: (path, data) => change(path, () => storage.replace(path, data)),
      putIfAbsent: (path, data) => change(path, () => storage.putIfAbsent(path, data)),
    }),
  };
};
