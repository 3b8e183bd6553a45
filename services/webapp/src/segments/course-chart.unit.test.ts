import { describe, expect, it } from 'vitest';
import { courseChart } from './course-chart.ts';

describe('the drawing of a course', () => {
  it('holds each size until the next one, and the last until the end', () => {
    const course = [
      { minute: 0, members: 2 },
      { minute: 50, members: 4 },
    ];
    expect(courseChart(course, { from: 0, to: 100 })).toEqual({
      line: 'M0 50H50V2H100',
      area: 'M0 50H50V2H100V100H0Z',
      most: 4,
    });
  });

  it('has nothing to draw of nothing, and survives a size of zero', () => {
    expect(courseChart([], { from: 0, to: 100 })).toBe(null);
    expect(courseChart([{ minute: 20, members: 0 }], { from: 0, to: 100 })?.line).toBe('M20 98H100');
  });
});
