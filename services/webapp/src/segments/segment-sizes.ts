import type { GoldSegmentSize } from '@marketing-streams/contracts/generated/gold-segment-size';
import type { FollowedTable } from '../tables/followed-table.ts';

/** A segment at the end of a minute in which it changed. */
export type SizePoint = Pick<GoldSegmentSize, 'minute' | 'members' | 'entered' | 'left'>;

/** A stretch of time, epoch milliseconds. */
export type Stretch = { readonly from: number; readonly to: number };

/** How large segments have been. */
export type SegmentSizes = {
  /** The earliest minute of any segment, epoch milliseconds; null while there is none. */
  readonly since: () => number | null;
  /** The newest point of a segment; null when it never had a member. */
  readonly newest: (segment: string) => SizePoint | null;
  /** Members at a moment; null when the table does not reach back that far. */
  readonly membersAt: (segment: string, time: number) => number | null;
  /** Who came and went in a stretch of time. */
  readonly moved: (segment: string, stretch: Stretch) => { readonly entered: number; readonly left: number };
  /**
   * The course of a stretch of time in about so many points: the size it began with, then the last size of each part in
   * which something changed, with all who came and went in that part.
   */
  readonly course: (segment: string, stretch: Stretch, points: number) => readonly SizePoint[];
};

const MINUTE_MILLISECONDS = 60_000;

type Course = {
  readonly byMinute: Map<number, SizePoint>;
  /** In order; null when it has to be made anew. */
  inOrder: SizePoint[] | null;
};

const put = (course: Course, point: SizePoint): void => {
  course.byMinute.set(point.minute, point);
  const last = course.inOrder?.at(-1);
  if (course.inOrder === null || last === undefined || point.minute < last.minute) course.inOrder = null;
  else if (point.minute === last.minute) course.inOrder[course.inOrder.length - 1] = point;
  else course.inOrder.push(point);
};

const remove = (course: Course | undefined, minute: number): void => {
  if (course?.byMinute.delete(minute)) course.inOrder = null;
};

const inOrder = (course: Course | undefined): readonly SizePoint[] => {
  if (course === undefined) return [];
  course.inOrder ??= [...course.byMinute.values()].sort((a, b) => a.minute - b.minute);
  return course.inOrder;
};

/** The number of points before a moment. */
const countBefore = (points: readonly SizePoint[], time: number): number => {
  let low = 0;
  let high = points.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (points[middle]!.minute < time) low = middle + 1;
    else high = middle;
  }
  return low;
};

/**
 * What the key of a row says, `{"segment":…,"minute":…}`, of which nothing else is left when the row was removed; null
 * for a key that somebody else made.
 */
const partsOfKey = (key: string): Pick<GoldSegmentSize, 'segment' | 'minute'> | null => {
  try {
    return JSON.parse(key);
  } catch {
    return null;
  }
};

/** Keeps the sizes of all segments in the order of time, as their table changes. */
export const createSegmentSizes = (
  table: Pick<FollowedTable<GoldSegmentSize>, 'rows' | 'onChange'>,
): SegmentSizes => {
  const courses = new Map<string, Course>();
  const courseOf = (segment: string): Course => {
    let course = courses.get(segment);
    if (course === undefined) {
      course = { byMinute: new Map(), inOrder: [] };
      courses.set(segment, course);
    }
    return course;
  };
  for (const row of table.rows()) put(courseOf(row.segment), row);
  table.onChange((changes) => {
    for (const { key, row } of changes) {
      if (row !== null) put(courseOf(row.segment), row);
      else {
        const parts = partsOfKey(key);
        if (parts !== null) remove(courses.get(parts.segment), parts.minute);
      }
    }
  });

  const within = (segment: string, { from, to }: Stretch): readonly SizePoint[] => {
    const points = inOrder(courses.get(segment));
    return points.slice(countBefore(points, from), countBefore(points, to));
  };
  const membersAt = (segment: string, time: number): number | null => {
    const points = inOrder(courses.get(segment));
    const last = points[countBefore(points, time) - 1];
    if (last !== undefined) return last.members;
    // The first point tells what was there before it.
    const [first] = points;
    return first === undefined ? null : first.members - first.entered + first.left;
  };

  return {
    since: () => {
      const first = Math.min(
        ...[...courses.values()].map((course) => inOrder(course)[0]?.minute ?? Infinity),
      );
      return Number.isFinite(first) ? first : null;
    },
    newest: (segment) => inOrder(courses.get(segment)).at(-1) ?? null,
    membersAt,
    moved: (segment, stretch) => {
      let [entered, left] = [0, 0];
      for (const point of within(segment, stretch)) {
        entered += point.entered;
        left += point.left;
      }
      return { entered, left };
    },
    course: (segment, stretch, points) => {
      const { from, to } = stretch;
      const step = Math.max(MINUTE_MILLISECONDS, Math.ceil((to - from) / points));
      const parts: SizePoint[] = [];
      const beginning = membersAt(segment, from);
      if (beginning !== null) parts.push({ minute: from, members: beginning, entered: 0, left: 0 });
      let part = -1;
      for (const point of within(segment, stretch)) {
        const number = Math.floor((point.minute - from) / step);
        const last = parts.at(-1);
        if (number === part && last !== undefined) {
          const [entered, left] = [last.entered + point.entered, last.left + point.left];
          parts[parts.length - 1] = { minute: point.minute, members: point.members, entered, left };
        } else parts.push(point);
        part = number;
      }
      return parts;
    },
  };
};
