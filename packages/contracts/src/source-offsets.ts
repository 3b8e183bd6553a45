import type { SourceOffset } from './record.ts';

/**
 * True when a row's source offsets have reached a place in an input topic: what was produced there is part of
 * the row, or was superseded by something newer that is. How offsets are merged is the domain's rule
 * (`@marketing-streams/domain/source-offsets`).
 */
export const hasReached = (offsets: readonly SourceOffset[], place: SourceOffset): boolean =>
  offsets.some(
    ({ topic, partition, offset }) =>
      topic === place.topic && partition === place.partition && offset >= place.offset,
  );
