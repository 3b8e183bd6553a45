const UNIT_MILLISECONDS: Readonly<Record<string, number>> = {
  millisecond: 1,
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 604_800_000,
};

/**
 * Milliseconds of a table property such as `interval 1 week` or `interval 2 days 12 hours`; null when it is none.
 */
export const parseInterval = (text: string): number | null => {
  const words = text.trim().toLowerCase().split(/\s+/);
  if (words[0] === 'interval') words.shift();
  if (words.length === 0 || words.length % 2 !== 0) return null;
  let milliseconds = 0;
  for (let index = 0; index < words.length; index += 2) {
    const count = Number(words[index]);
    const unit = UNIT_MILLISECONDS[words[index + 1]!.replace(/s$/, '')];
    if (!Number.isFinite(count) || unit === undefined) return null;
    milliseconds += count * unit;
  }
  return milliseconds;
};
