import { type Cents, formatMoney } from '@marketing-streams/domain/money';

const wholeNumber = new Intl.NumberFormat('en-US');
const wholePercent = new Intl.NumberFormat('en-US', { style: 'percent', maximumFractionDigits: 0 });
const finePercent = new Intl.NumberFormat('en-US', { style: 'percent', maximumFractionDigits: 1 });
const compactMoney = new Intl.NumberFormat('en-US', {
  style: 'currency',
  currency: 'USD',
  notation: 'compact',
  maximumFractionDigits: 1,
});
const dateAndTime = new Intl.DateTimeFormat('en-US', {
  dateStyle: 'medium',
  timeStyle: 'medium',
  timeZone: 'UTC',
});

const dateOnly = new Intl.DateTimeFormat('en-US', { dateStyle: 'medium', timeZone: 'UTC' });

/** Amounts beyond ten million are shown short on tiles. */
const COMPACT_FROM: Cents = 1_000_000_000;

/** `$1,234.50`. */
export const money = (cents: Cents): string => formatMoney(cents);

/** `$1,234.50`, and `$12.3M` where the whole amount would not fit. */
export const tileMoney = (cents: Cents): string =>
  cents >= COMPACT_FROM ? compactMoney.format(cents / 100) : formatMoney(cents);

/** `1,234`. */
export const count = (value: number): string => wholeNumber.format(value);

/** `1 order`, `2 orders`. */
export const counted = (value: number, noun: string): string =>
  `${count(value)} ${noun}${value === 1 ? '' : 's'}`;

/** A share from 0 to 1 as `67%`. */
export const percent = (share: number): string => wholePercent.format(share);

/** A share from 0 to 1 as `66.7%`. */
export const precisePercent = (share: number): string => finePercent.format(share);

/** Epoch milliseconds as ISO 8601. */
export const iso = (time: number): string => new Date(time).toISOString();

/** Epoch milliseconds as a day, in UTC. */
export const date = (time: number): string => dateOnly.format(time);

/** Epoch milliseconds for people, in UTC; the pages' script shows the reader's own time and how long ago. */
export const dateTime = (time: number): string => `${dateAndTime.format(time)} UTC`;

const STEPS: readonly (readonly [limit: number, seconds: number, unit: string])[] = [
  [90, 1, 'second'],
  [5_400, 60, 'minute'],
  [129_600, 3_600, 'hour'],
  [Infinity, 86_400, 'day'],
];

/** Words as a sentence: a capital in front and a full stop behind. */
export const sentence = (words: string): string => `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;

/** A stretch of time, shortest first: `120 ms`, `3.2 s`, `12 min`, `5 h`, `3 d`. */
export const duration = (milliseconds: number): string => {
  const seconds = milliseconds / 1000;
  if (seconds < 1) return `${Math.max(0, Math.round(milliseconds))} ms`;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3_600)} h` : `${Math.round(seconds / 86_400)} d`;
};

/** How long ago, in words: `just now`, `40 seconds ago`, `3 hours ago`. */
export const ago = (time: number, now: number): string => {
  const seconds = Math.max(0, Math.round((now - time) / 1000));
  if (seconds < 5) return 'just now';
  const [, size, unit] = STEPS.find(([limit]) => seconds < limit)!;
  return `${counted(Math.round(seconds / size), unit)} ago`;
};

/** `high-value` as `High value`. */
export const stageName = (stage: string): string => {
  const words = stage.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
};
