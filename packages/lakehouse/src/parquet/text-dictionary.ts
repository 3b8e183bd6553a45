import { type Bounds, observeText } from './bounds.ts';
import { type ByteSink, createByteSink, putText, sinkBytes } from './byte-sink.ts';

/** Texts gathered as numbers of a dictionary until it is certain that they are too different for that. */
export type TextDictionary = {
  /** Number of distinct texts. */
  readonly size: () => number;
  /** The number of each text that was put, in order; only the first `count` are in use. */
  readonly indexes: () => { readonly numbers: Uint32Array; readonly count: number };
  /** Adds a text; false when a dictionary does not pay any more. */
  readonly put: (text: string, bounds: Bounds) => boolean;
  /** True when each text is there twice on average. */
  readonly pays: () => boolean;
  /** The distinct texts in PLAIN encoding. */
  readonly page: () => Buffer;
  /** Appends every text that was put in PLAIN encoding. */
  readonly putAll: (sink: ByteSink) => void;
};

/** After so many distinct texts it is judged whether a dictionary pays. */
const TRIAL = 512;

/** An empty dictionary. */
export const createTextDictionary = (): TextDictionary => {
  const numbers = new Map<string, number>();
  let distinct: string[] = [];
  let indexes = new Uint32Array(256);
  let count = 0;
  const encoded = createByteSink();
  const pays = (): boolean => distinct.length * 2 <= count;
  return {
    size: () => distinct.length,
    indexes: () => ({ numbers: indexes, count }),
    put: (text, bounds) => {
      if (count === indexes.length) {
        const larger = new Uint32Array(count * 2);
        larger.set(indexes);
        indexes = larger;
      }
      let number = numbers.get(text);
      if (number === undefined) {
        number = distinct.length;
        numbers.set(text, number);
        distinct.push(text);
        observeText(bounds, text, putText(encoded, text));
      }
      indexes[count++] = number;
      return number < TRIAL || pays();
    },
    pays,
    page: () => sinkBytes(encoded),
    putAll: (sink) => {
      for (let index = 0; index < count; index++) putText(sink, distinct[indexes[index]!]!);
      distinct = [];
      numbers.clear();
    },
  };
};
