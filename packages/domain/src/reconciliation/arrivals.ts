import type { SourceOffset } from '../source-offsets.ts';
import type { ComparedField } from './differences.ts';
import { FIELDS_OF } from './explanations.ts';

/** What is kept of the input records of a customer: how new they were, and how far they reach. */
export type Arrivals = {
  /** The newest time anybody gave to each field of the profile, epoch ms. */
  readonly newest: Readonly<Record<string, number>>;
  /** The newest offset of every input partition that a record of the customer came from. */
  readonly reached: readonly SourceOffset[];
};

/** A customer of whom no record has come. */
export const NO_ARRIVALS: Arrivals = { newest: {}, reached: [] };

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

/** The arrivals with one more record from this place. */
export const reach = (before: Arrivals, place: SourceOffset): Arrivals => {
  const reached = reachedAfter(before.reached, place);
  return reached === before.reached ? before : { ...before, reached };
};

/**
 * The arrivals with one more profile patch, and the fields in which it was overtaken: somebody had set them before,
 * with a newer time. Gold keeps that newer one, live aggregation the one that came last.
 */
export const setFields = (
  before: Arrivals,
  fields: readonly ComparedField[],
  time: number,
): { readonly arrivals: Arrivals; readonly overtaken: readonly ComparedField[] } => {
  const timeOf = (field: ComparedField): number => before.newest[field] ?? Number.NEGATIVE_INFINITY;
  const overtaken = fields.filter((field) => time < timeOf(field));
  const newer = fields.filter((field) => time > timeOf(field));
  if (newer.length === 0) return { arrivals: before, overtaken };
  const newest = { ...before.newest, ...Object.fromEntries(newer.map((field) => [field, time])) };
  return { arrivals: { ...before, newest }, overtaken };
};

/**
 * True when all of the customer's records lie before the given next offsets, by `topic/partition`; false for a
 * partition of which none is given.
 */
export const areBefore = ({ reached }: Arrivals, ends: ReadonlyMap<string, number>): boolean =>
  reached.every(({ topic, partition, offset }) => offset < (ends.get(`${topic}/${partition}`) ?? 0));
