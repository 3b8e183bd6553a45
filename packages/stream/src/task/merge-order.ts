import type { KafkaRecord } from '@marketing-streams/contracts/record';

/** Several runs of records taken as one. */
export type MergedRuns = {
  /** The next record; undefined when all are taken. */
  readonly next: () => KafkaRecord | undefined;
  /** Of every run that was begun, the last record that was taken. */
  readonly last: () => readonly KafkaRecord[];
};

/**
 * One order for the records of several partitions: always the head with the smallest timestamp, ties by the
 * order of the runs. Each run keeps its own order. The order depends only on the records, not on how they
 * arrived, so that a transaction that is folded again goes through them as it did the first time; and stopping
 * anywhere leaves a prefix of every run.
 */
export const mergeRuns = (runs: readonly (readonly KafkaRecord[])[]): MergedRuns => {
  const open = runs.filter((run) => run.length > 0);
  const taken = new Uint32Array(open.length);
  /** Timestamp of the next record of every run; infinite when the run is through. */
  const heads = Float64Array.from(open, (run) => run[0]!.timestamp);
  return {
    next: () => {
      let chosen = -1;
      let smallest = Number.POSITIVE_INFINITY;
      for (let i = 0; i < heads.length; i++) {
        if (heads[i]! < smallest) {
          chosen = i;
          smallest = heads[i]!;
        }
      }
      if (chosen < 0) return undefined;
      const run = open[chosen]!;
      const index = taken[chosen]!;
      taken[chosen] = index + 1;
      heads[chosen] = index + 1 < run.length ? run[index + 1]!.timestamp : Number.POSITIVE_INFINITY;
      return run[index];
    },
    last: () => open.flatMap((run, i) => (taken[i]! > 0 ? [run[taken[i]! - 1]!] : [])),
  };
};
