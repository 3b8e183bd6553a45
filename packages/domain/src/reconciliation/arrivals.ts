import type { SourceOffset } from '../source-offsets.ts';
import type { ComparedField } from './differences.ts';
import { FIELDS_OF, type InputKind } from './explanations.ts';

/** What is kept of the input records of a customer: how new they were, and how far they reach. */
export type Arrivals = {
  /** By what was set (a profile's field, `order` or `delivery`): the newest time anybody gave it, epoch ms. */
  readonly newest: Readonly<Record<string, number>>;
  /** The newest offset of every input partition that a record of the customer came from. */
  readonly reached: readonly SourceOffset[];
};

/** A customer of whom no record has come. */
export const NO_ARRIVALS: Arrivals = { newest: {}, reached: [] };

/** An input record as far as its place in time matters. */
export type Arrival = {
  readonly kind: InputKind;
  /** When it says to have happened, epoch milliseconds. */
  readonly time: number;
  /** Fields that a profile patch sets; of other kinds all count as one. */
  readonly fields: readonly ComparedField[];
  readonly place: SourceOffset;
};

/** The fields that a profile patch sets; what gold reports back about itself sets none that live takes up. */
export const fieldsSetBy = (patch: Readonly<Record<string, unknown>>): readonly ComparedField[] =>
  patch['source'] === 'lifecycle' ? [] : FIELDS_OF.profile.filter((field) => patch[field] != null);

const reachedAfter = (reached: readonly SourceOffset[], place: SourceOffset): readonly SourceOffset[] => {
  const index = reached.findIndex(
    ({ topic, partition }) => topic === place.topic && partition === place.partition,
  );
  if (index < 0) return [...reached, place];
  return reached[index]!.offset >= place.offset ? reached : reached.with(index, place);
};

/**
 * The arrivals with one more, and the fields in which it was overtaken: somebody had set them before, with a newer
 * time. Gold keeps that newer one, live aggregation the one that came last.
 */
export const arrive = (
  before: Arrivals,
  { kind, time, fields, place }: Arrival,
): { readonly arrivals: Arrivals; readonly overtaken: readonly ComparedField[] } => {
  const names: readonly string[] = kind === 'profile' ? fields : [kind];
  const late = names.filter((name) => time < (before.newest[name] ?? Number.NEGATIVE_INFINITY));
  const newer = names.filter((name) => time > (before.newest[name] ?? Number.NEGATIVE_INFINITY));
  const newest =
    newer.length === 0
      ? before.newest
      : { ...before.newest, ...Object.fromEntries(newer.map((name) => [name, time])) };
  const overtaken = kind === 'profile' ? (late as ComparedField[]) : late.length > 0 ? FIELDS_OF[kind] : [];
  return { arrivals: { newest, reached: reachedAfter(before.reached, place) }, overtaken };
};

/**
 * True when all of the customer's records lie before the given next offsets, by `topic/partition`; false for a
 * partition of which none is given.
 */
export const areBefore = ({ reached }: Arrivals, ends: ReadonlyMap<string, number>): boolean =>
  reached.every(({ topic, partition, offset }) => offset < (ends.get(`${topic}/${partition}`) ?? 0));
