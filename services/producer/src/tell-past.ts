import type { CustomerEvent } from '@marketing-streams/domain/simulation/customer-event';

/** How much of the company's past the topics hold. */
export type ToldPast = {
  /** Up to when it goes, epoch milliseconds: when it was begun to be told. */
  readonly until: number;
  /** How many of its events are told, from the oldest on. */
  readonly events: number;
};

/** Tells parts of the past, and remembers which. */
export type PastTeller = {
  /** What was told so far; null when nothing was. */
  readonly recall: () => Promise<ToldPast | null>;
  /** Tells the events and remembers that, both or neither. */
  readonly tell: (events: readonly CustomerEvent[], told: ToldPast) => Promise<void>;
};

/** Events told at once. */
const PART = 2_000;

/**
 * Tells what is missing of the company's past: all of it at the first start, the rest after a start that was cut
 * short, nothing at any other. Resolves to the moment the past ends at; who lives on from there must not be told about
 * it again, since a patch that is older than what came after it would be the newest of its partition.
 */
export const tellPast = async (
  teller: PastTeller,
  pastUpTo: (until: number) => readonly CustomerEvent[],
  now: number,
  signal: AbortSignal,
): Promise<ToldPast> => {
  let told = (await teller.recall()) ?? { until: now, events: 0 };
  const past = pastUpTo(told.until);
  // Once at least: what is not remembered anew from time to time, Kafka forgets.
  do {
    signal.throwIfAborted();
    const part = past.slice(told.events, told.events + PART);
    told = { ...told, events: told.events + part.length };
    await teller.tell(part, told);
  } while (told.events < past.length);
  return told;
};
