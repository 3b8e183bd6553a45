/** A place in an input topic. */
export type SourceOffset = { readonly topic: string; readonly partition: number; readonly offset: number };

const byPlace = (a: SourceOffset, b: SourceOffset): number =>
  a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1;

/**
 * Both lists as one: the largest offset of every topic and partition, ordered by topic and partition. Gives
 * `current` itself when `added` holds nothing newer.
 */
export const mergeSourceOffsets = (
  current: readonly SourceOffset[],
  added: readonly SourceOffset[],
): readonly SourceOffset[] => {
  let merged: SourceOffset[] | undefined;
  let isLonger = false;
  for (const { topic, partition, offset } of added) {
    const list: readonly SourceOffset[] = merged ?? current;
    const index = list.findIndex((entry) => entry.topic === topic && entry.partition === partition);
    if (index >= 0 && list[index]!.offset >= offset) continue;
    merged ??= [...current];
    if (index >= 0) merged[index] = { topic, partition, offset };
    else {
      merged.push({ topic, partition, offset });
      isLonger = true;
    }
  }
  if (merged === undefined) return current;
  return isLonger ? merged.sort(byPlace) : merged;
};

/** When something was said, and where in the input: what decides between two records that say different things. */
export type Stamp = { readonly time: number; readonly offset: number; readonly partition: number };

/**
 * The order of precedence: time, then offset, then (only between records of one customer that a foreign
 * partitioner spread over partitions) partition. Positive when `a` counts, negative when `b` does.
 */
export const compareStamps = (a: Stamp, b: Stamp): number =>
  a.time - b.time || a.offset - b.offset || a.partition - b.partition;
