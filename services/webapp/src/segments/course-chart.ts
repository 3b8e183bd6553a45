import type { SizePoint, Stretch } from './segment-sizes.ts';

/** A course as SVG paths in a box of 100 × 100, to be stretched to any size; null when there is nothing to draw. */
export type CourseChart = { readonly line: string; readonly area: string; readonly most: number };

const place = (value: number): string => String(Math.round(value * 100) / 100);

/**
 * Draws sizes as steps: each holds until the next, the last until the end of the stretch. The upper edge is the largest
 * size, the lower one zero.
 */
export const courseChart = (
  course: readonly Pick<SizePoint, 'minute' | 'members'>[],
  { from, to }: Stretch,
): CourseChart | null => {
  const [first] = course;
  if (first === undefined) return null;
  const most = Math.max(1, ...course.map(({ members }) => members));
  const x = (time: number): string => place((100 * (Math.max(from, time) - from)) / (to - from));
  // A little room on top, so that the line is not cut.
  const y = (members: number): string => place(98 - (96 * members) / most);
  const steps = course.slice(1).map(({ minute, members }) => `H${x(minute)}V${y(members)}`);
  const line = `M${x(first.minute)} ${y(first.members)}${steps.join('')}H100`;
  return { line, area: `${line}V100H${x(first.minute)}Z`, most };
};
