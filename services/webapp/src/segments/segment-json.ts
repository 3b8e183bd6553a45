import { iso } from '../present/format.ts';
import type { SegmentSummary } from './segment-book.ts';
import type { SizePoint } from './segment-sizes.ts';

/** A segment as the REST API gives it; `entered` and `left` count the last 24 hours. */
export const segmentJson = ({ changed_at, ...segment }: SegmentSummary) => ({
  ...segment,
  changed_at: changed_at === null ? null : iso(changed_at),
});

/** A size as the REST API gives it: what a segment came to at the end of a minute. */
export const sizeJson = ({ minute, members, entered, left }: SizePoint) => ({
  minute: iso(minute),
  members,
  entered,
  left,
});
