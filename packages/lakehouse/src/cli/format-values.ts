/** A whole number with thousands apart: `1,234,567`. */
export const formatCount = (count: number): string => count.toLocaleString('en-US');

/** Bytes with three digits and a unit of powers of ten: `1.23 MB`. */
export const formatBytes = (bytes: number): string => {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  // 999.5 would be shown as 1000.
  while (value >= (unit === 0 ? 1000 : 999.5) && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return `${value.toFixed(digits)} ${units[unit]}`;
};

/** A moment in UTC to the second: `2026-01-31 12:00:05`. */
export const formatMoment = (milliseconds: number): string =>
  new Date(milliseconds).toISOString().slice(0, 19).replace('T', ' ');

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
] as const;

/** A span of time in its largest unit: `2 h`, `45 s`; below a second `0 s`. */
export const formatDuration = (milliseconds: number): string => {
  const [unit, size] = UNITS.find(([, size]) => milliseconds >= size) ?? UNITS[3];
  return `${Math.floor(milliseconds / size)} ${unit}`;
};

/** How long ago a moment was: `2 h ago`; `now` for the last second and for clocks that differ. */
export const formatAge = (milliseconds: number, now: number): string =>
  now - milliseconds < 1000 ? 'now' : `${formatDuration(now - milliseconds)} ago`;

/** A value of a result on one line; null is empty. */
export const formatValue = (value: unknown): string => {
  if (value === null || value === undefined) return '';
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return text.replaceAll(/[\p{Cc}\u2028\u2029]/gu, (character) => (character === '\n' ? '⏎' : '�'));
};
