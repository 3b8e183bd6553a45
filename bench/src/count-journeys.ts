/** One event's way: when it was handed to the producer and when it was seen, monotonic milliseconds. */
export type Journey = { readonly sentAt: number; readonly seenAt: number };

/** Ways of events that are seen only as a growing count. */
export type CountJourneys = {
  /** Tells that so many of the group's events are counted by now; fewer than before says nothing. */
  readonly counted: (group: string, count: number, at: number) => void;
  /** How many of the group's events were counted at the most. */
  readonly seen: (group: string) => number;
  /** Events that have arrived, in the order of their arrival. */
  readonly journeys: readonly Journey[];
};

/**
 * Times events that are only counted: with the n-th one counted, the n-th one sent counts as seen. Where counts come
 * together from several partitions another one may have arrived in its place; on the whole that evens out.
 * `sentTo` gives the moments at which a group's events were sent, in their order.
 */
export const createCountJourneys = (sentTo: (group: string) => readonly number[]): CountJourneys => {
  const seen = new Map<string, number>();
  const journeys: Journey[] = [];
  return {
    journeys,
    seen: (group) => seen.get(group) ?? 0,
    counted: (group, count, at) => {
      const before = seen.get(group) ?? 0;
      if (count <= before) return;
      seen.set(group, count);
      for (const sentAt of sentTo(group).slice(before, count)) journeys.push({ sentAt, seenAt: at });
    },
  };
};
