import type { KafkaRecord } from '@marketing-streams/contracts/record';

/**
 * One order for the records of several partitions: always the head with the smallest timestamp, ties by the
 * order of the runs. Each run keeps its own order. The order depends only on the records, not on how they
 * arrived, so that a transaction that is folded again goes through them as it did the first time; and stopping
 * anywhere leaves a prefix of every run.
 */
export function* inMergeOrder(runs: readonly (readonly KafkaRecord[])[]): Iterable<KafkaRecord> {
  const open = runs.filter((run) => run.length > 0);
  const [only] = open;
  if (open.length === 1 && only !== undefined) {
    yield* only;
    return;
  }
  const next = open.map(() => 0);
  for (;;) {
    let chosen = -1;
    let smallest = Number.POSITIVE_INFINITY;
    for (let i = 0; i < open.length; i++) {
      const head = open[i]![next[i]!];
      if (head !== undefined && (chosen < 0 || head.timestamp < smallest)) {
        chosen = i;
        smallest = head.timestamp;
      }
    }
    if (chosen < 0) return;
    yield open[chosen]![next[chosen]!++]!;
  }
}
