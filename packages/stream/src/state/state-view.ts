/**
 * A task's key-value state as a step sees it: what is durable, overlaid with the changes of the transaction
 * under way. Values are plain data (numbers, strings, arrays, objects) and must be treated as immutable:
 * change a value by putting a new one.
 */
export type StateView = {
  readonly get: <Value>(key: string) => Value | undefined;
  readonly put: <Value>(key: string, value: Value) => void;
  readonly remove: (key: string) => void;
  /**
   * Entries whose key begins with the prefix, in key order (UTF-8), overlay included; of those only the ones after
   * the key `after`, when it is given.
   */
  readonly range: <Value>(prefix: string, after?: string) => Iterable<readonly [key: string, value: Value]>;
};
