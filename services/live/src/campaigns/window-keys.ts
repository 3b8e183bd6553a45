/** Digits of the largest moment there is; keys of windows are in the order of their time with them. */
const TIME_DIGITS = 16;

/** What the state's keys of all windows of a partition begin with, under a prefix of one character. */
export const partitionPrefix = (prefix: string, partition: number): string => `${prefix}${partition}/`;

/**
 * Key of a window in a task's state, behind `before`. The length in front of the campaign tells `ab` + `c` from
 * `a` + `bc`.
 */
export const windowKey = (before: string, windowStart: number, campaign: string, channel: string): string =>
  `${before}${String(windowStart).padStart(TIME_DIGITS, '0')}/${campaign.length}:${campaign}${channel}`;

/** The first moment of the window that a key behind `before` is of. */
export const windowStartOf = (before: string, key: string): number =>
  Number(key.slice(before.length, before.length + TIME_DIGITS));
