import { conditionInWords } from '@marketing-streams/domain/rules/condition-words';
import type { SegmentDefinition } from '@marketing-streams/domain/rules/segments';
import { PlatformError } from '@marketing-streams/platform/errors';
import { stageName } from '../present/format.ts';
import type { LiveView } from '../view/live-view.ts';
import type { SegmentSizes } from './segment-sizes.ts';

/** A segment as it is now. */
export type SegmentSummary = {
  readonly name: string;
  readonly title: string;
  /** Who is in it, in words; null for a segment that no rule describes any more. */
  readonly rule: string | null;
  readonly members: number;
  /** Share of all customers, from 0 to 1. */
  readonly share: number;
  /** Customers who came and went within the last day. */
  readonly entered: number;
  readonly left: number;
  /** Members a day ago; null when nobody knows. */
  readonly members_a_day_ago: number | null;
  /** The minute in which somebody came or went last, epoch milliseconds; null when nobody ever did. */
  readonly changed_at: number | null;
};

/** All segments there are. */
export type SegmentBook = {
  /** Those with a rule in the order of their definitions, then others that still have members. */
  readonly all: () => readonly SegmentSummary[];
  /** Throws NOT_FOUND naming the segment when nothing describes it and nobody is in it. */
  readonly one: (name: string) => SegmentSummary;
};

export const DAY_MILLISECONDS = 86_400_000;

export type SegmentBookParts = {
  readonly definitions: readonly SegmentDefinition[];
  readonly index: Pick<LiveView['index'], 'totals'>;
  readonly sizes: SegmentSizes;
  /** Epoch milliseconds. */
  readonly clock: () => number;
};

/** Segments by their definitions, with the members that the live view knows. */
export const createSegmentBook = ({ definitions, index, sizes, clock }: SegmentBookParts): SegmentBook => {
  const defined = new Map(definitions.map((definition) => [definition.name, definition]));

  const summary = (name: string, members: number, customers: number): SegmentSummary => {
    const definition = defined.get(name);
    const now = clock();
    return {
      name,
      title: definition?.title ?? stageName(name),
      rule: definition === undefined ? null : conditionInWords(definition.rule),
      members,
      share: customers === 0 ? 0 : members / customers,
      ...sizes.moved(name, { from: now - DAY_MILLISECONDS, to: Infinity }),
      members_a_day_ago: sizes.membersAt(name, now - DAY_MILLISECONDS),
      changed_at: sizes.newest(name)?.minute ?? null,
    };
  };

  return {
    all: () => {
      const { by_segment, customers } = index.totals();
      const others = Object.keys(by_segment).filter((name) => !defined.has(name));
      return [...defined.keys(), ...others].map((name) => summary(name, by_segment[name] ?? 0, customers));
    },
    one: (name) => {
      const { by_segment, customers } = index.totals();
      const members = Object.hasOwn(by_segment, name) ? by_segment[name]! : 0;
      if (!defined.has(name) && members === 0) {
        throw new PlatformError('NOT_FOUND', `there is no segment ${name}`, {
          details: { field: 'segment', value: name },
        });
      }
      return summary(name, members, customers);
    },
  };
};
