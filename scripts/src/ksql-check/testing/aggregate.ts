import type { Value } from './evaluate.ts';

/** An aggregate over rows that come and, where it can, go again. */
export type Aggregate = {
  readonly add: (value: Value) => void;
  readonly remove: (value: Value) => void;
  readonly result: () => Value;
};

const cannotGoBack = (): void => {
  throw new Error('a row cannot be taken away from this aggregate');
};

/** Starts at 0 and skips nulls; in hundredths, since decimals have two places here. */
const sum = (): Aggregate => {
  let hundredths = 0;
  const by = (sign: 1 | -1) => (value: Value) => {
    if (typeof value === 'number') hundredths += sign * Math.round(value * 100);
  };
  return { add: by(1), remove: by(-1), result: () => hundredths / 100 };
};

const count = (): Aggregate => {
  let rows = 0;
  const by = (sign: 1 | -1) => (value: Value) => {
    if (value !== null) rows += sign;
  };
  return { add: by(1), remove: by(-1), result: () => rows };
};

/** Keeps a value until one comes that takes its place; nulls never do. */
const kept = (takesPlace: (value: Value, of: Value) => boolean): Aggregate => {
  let current: Value = null;
  const add = (value: Value): void => {
    if (value !== null && (current === null || takesPlace(value, current))) current = value;
  };
  return { add, remove: cannotGoBack, result: () => current };
};

const AGGREGATES: Readonly<Record<string, () => Aggregate>> = {
  SUM: sum,
  COUNT: count,
  MAX: () => kept((value, of) => (value as number) > (of as number)),
  MIN: () => kept((value, of) => (value as number) < (of as number)),
  LATEST_BY_OFFSET: () => kept(() => true),
  EARLIEST_BY_OFFSET: () => kept(() => false),
};

/** An aggregate of no rows yet. Throws for one that no statement of ours uses. */
export const startAggregate = (name: string): Aggregate => {
  const start = AGGREGATES[name];
  if (start === undefined) throw new Error(`${name} is not aggregated here yet`);
  return start();
};
