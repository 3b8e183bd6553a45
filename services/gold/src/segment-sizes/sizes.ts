import { createCompactCodec, usually } from '@marketing-streams/contracts/compact-codec';
import type { GoldSegmentSize } from '@marketing-streams/contracts/generated/gold-segment-size';
import { SHIPPED_SEGMENTS } from '@marketing-streams/domain/rules/segments';
import type { StateCodecs } from '@marketing-streams/stream/state/state-codec';
import type { StateView } from '@marketing-streams/stream/state/state-view';

/** A segment with the newest minute it changed in. */
type SegmentSize = {
  /** Customers in it. */
  readonly members: number;
  /** What the newest row says of that: another number only after a rebuild. */
  readonly reported: number;
  /** First moment of the minute, epoch milliseconds. */
  readonly minute: number;
  readonly entered: number;
  readonly left: number;
};

const CUSTOMERS = 'c';
const SEGMENTS = 's';
const MINUTE_MILLISECONDS = 60_000;

/** How the state is written. */
export const SEGMENT_SIZES_STATE: StateCodecs = {
  [CUSTOMERS]: createCompactCodec<readonly string[]>({
    type: 'array',
    items: usually(SHIPPED_SEGMENTS.map(({ name }) => name)),
  }),
  [SEGMENTS]: createCompactCodec<SegmentSize>({
    type: 'record',
    name: 'SegmentSize',
    fields: ['members', 'reported', 'minute', 'entered', 'left'].map((name) => ({ name, type: 'long' })),
  }),
};

const EMPTY: SegmentSize = { members: 0, reported: 0, minute: 0, entered: 0, left: 0 };

const sizeOf = (state: StateView, segment: string): SegmentSize =>
  state.get<SegmentSize>(SEGMENTS + segment) ?? EMPTY;
const keepSize = (state: StateView, segment: string, size: SegmentSize): void =>
  state.put(SEGMENTS + segment, size);

/**
 * The size at a time, with all that was not reported yet counted in that minute. Minutes do not go back: a record
 * that another partition's records have overtaken counts in the newest minute there is.
 */
const reportAt = (size: SegmentSize, time: number): SegmentSize => {
  const minute = Math.max(size.minute, time - (time % MINUTE_MILLISECONDS));
  const moved = size.members - size.reported;
  const { entered, left } = minute > size.minute ? EMPTY : size;
  return {
    members: size.members,
    reported: size.members,
    minute,
    entered: entered + Math.max(0, moved),
    left: left + Math.max(0, -moved),
  };
};

const rowOf = (segment: string, { minute, members, entered, left }: SegmentSize): GoldSegmentSize => ({
  segment,
  minute,
  members,
  entered,
  left,
});

/** Puts a customer's segments in place of the former ones; gives who is in one more and one fewer of them. */
const replaceSegments = (
  state: StateView,
  customerId: string,
  segments: readonly string[],
): readonly (readonly [segment: string, by: 1 | -1])[] => {
  const before = new Set(state.get<readonly string[]>(CUSTOMERS + customerId));
  const after = new Set(segments);
  const entered = [...after].filter((name) => !before.has(name)).map((name) => [name, 1] as const);
  const left = [...before].filter((name) => !after.has(name)).map((name) => [name, -1] as const);
  if (entered.length + left.length === 0) return [];
  if (after.size > 0) state.put(CUSTOMERS + customerId, [...after]);
  else state.remove(CUSTOMERS + customerId);
  return [...left, ...entered];
};

/** Counts a customer's evaluation at a time; gives the rows of the segments that it changed. */
export const countEvaluation = (
  state: StateView,
  customerId: string,
  segments: readonly string[],
  time: number,
): readonly GoldSegmentSize[] =>
  replaceSegments(state, customerId, segments).map(([segment, by]) => {
    // What is left from a rebuild first, so that somebody's coming does not hide another one's going.
    const size = reportAt(sizeOf(state, segment), time);
    const counted = reportAt({ ...size, members: size.members + by }, time);
    keepSize(state, segment, counted);
    return rowOf(segment, counted);
  });

/** Takes up one of the published rows: the newest of a segment says how far its course was told. */
export const loadSize = (state: StateView, row: GoldSegmentSize): void => {
  const size = sizeOf(state, row.segment);
  if (row.minute < size.minute) return;
  const { minute, entered, left, members } = row;
  keepSize(state, row.segment, { members: size.members, reported: members, minute, entered, left });
};

/** Counts a customer's newest evaluation without telling of it. */
export const loadEvaluation = (state: StateView, customerId: string, segments: readonly string[]): void => {
  for (const [segment, by] of replaceSegments(state, customerId, segments)) {
    const size = sizeOf(state, segment);
    keepSize(state, segment, { ...size, members: size.members + by });
  }
};

/** Rows of the segments whose size was not reported: what happened between the last row and a rebuild. */
export const reportSizes = (state: StateView, time: number): readonly GoldSegmentSize[] => {
  const sizes = [...state.range<SegmentSize>(SEGMENTS)];
  return sizes
    .filter(([, { members, reported }]) => members !== reported)
    .map(([key, size]) => {
      const segment = key.slice(SEGMENTS.length);
      const told = reportAt(size, time);
      keepSize(state, segment, told);
      return rowOf(segment, told);
    });
};
