/** The keys that a transaction has changed, found by what they begin with. */
export type ChangedKeys = {
  readonly add: (key: string) => void;
  /** In no particular order; each once, however often it was added. */
  readonly beginningWith: (prefix: string) => readonly string[];
};

/** Keys that are looked through one by one, rather than sorted in between the others after each of them. */
const MOST_UNSORTED = 1_000;
/** Of many keys more may be unsorted, so that sorting costs less than looking through. */
const UNSORTED_SHARE = 1 / 16;

/**
 * No keys yet. A large transaction changes a hundred thousand of them, and a customer whose oldest order is cancelled
 * asks for its own dozen: going through all each time would take longer than everything else.
 */
export const createChangedKeys = (): ChangedKeys => {
  let sorted: readonly string[] = [];
  let unsorted: string[] = [];

  /** Number of the first sorted key that does not come before the prefix. */
  const firstFrom = (prefix: string): number => {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (sorted[middle]! < prefix) low = middle + 1;
      else high = middle;
    }
    return low;
  };

  return {
    add: (key) => {
      unsorted.push(key);
    },
    beginningWith: (prefix) => {
      if (unsorted.length > Math.max(MOST_UNSORTED, sorted.length * UNSORTED_SHARE)) {
        sorted = [...sorted, ...unsorted].sort();
        unsorted = [];
      }
      const found = new Set<string>();
      for (let at = firstFrom(prefix); sorted[at]?.startsWith(prefix) === true; at++) found.add(sorted[at]!);
      for (const key of unsorted) if (key.startsWith(prefix)) found.add(key);
      return [...found];
    },
  };
};
