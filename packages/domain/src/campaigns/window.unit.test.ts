import { describe, expect, it } from 'vitest';
import { newestClosedWindow, SILENT_MILLISECONDS } from './forgotten-windows.ts';
import { isClosed, ROLL_UPS, startOfWindow } from './window.ts';

const DAY = 86_400_000;
const start = Date.UTC(2026, 2, 4, 5, 6);

describe('windows', () => {
  it('tumble by the minute, the hour and the day of UTC', () => {
    expect(startOfWindow(start)).toBe(start);
    expect(startOfWindow(start + 59_999)).toBe(start);
    expect(startOfWindow(start + 60_000)).toBe(start + 60_000);
    expect(startOfWindow(start, ROLL_UPS['1h'])).toBe(Date.UTC(2026, 2, 4, 5));
    expect(startOfWindow(start, ROLL_UPS['1d'])).toBe(Date.UTC(2026, 2, 4));
  });

  it('close a day after they began, when their end and the grace are reached', () => {
    expect(isClosed(start, start + DAY - 1)).toBe(false);
    expect(isClosed(start, start + DAY)).toBe(true);
  });
});

describe('newestClosedWindow', () => {
  const heard = (newestWindow: number | null, heardAt = start) => ({ newestWindow, heardAt });

  it('is closed by the slowest partition', () => {
    const closed = newestClosedWindow([heard(start), heard(start + 3 * DAY)], start)!;
    expect(closed).toBe(start - DAY);
    expect(isClosed(closed, start)).toBe(true);
    expect(isClosed(closed + 60_000, start)).toBe(false);
  });

  it('waits for a partition that was not heard yet', () => {
    expect(newestClosedWindow([heard(start), heard(null)], start)).toBeNull();
  });

  it('waits a week for one that is silent', () => {
    const silent = [heard(null), heard(start - 30 * DAY)];
    const later = start + SILENT_MILLISECONDS;
    const active = heard(start, later);
    expect(newestClosedWindow([...silent, active], later - 1)).toBeNull();
    expect(newestClosedWindow([...silent, active], later)).toBe(start - DAY);
    expect(newestClosedWindow(silent, later)).toBeNull();
  });
});
