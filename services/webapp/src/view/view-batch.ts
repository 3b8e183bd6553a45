import type { CustomerGold } from '@marketing-streams/contracts/generated/customer-gold';
import type { HistoryEntry } from './history.ts';

/** The stretch of a partition that a batch stands for: from its first offset up to the next one to read. */
export type PartitionStretch = {
  readonly topic: string;
  readonly partition: number;
  readonly first_offset: number;
  readonly next_offset: number;
};

/** The newest gold record of a customer in a batch; `gold` is null when the customer was deleted. */
export type GoldChange = {
  readonly customer_id: string;
  readonly gold: CustomerGold | null;
  /** The record as it lies on the topic; null for a deletion. */
  readonly value: Buffer | null;
  readonly stretch: number;
  readonly offset: number;
};

/** The newest state of a history entry in a batch; `entry` is null when it was deleted. */
export type HistoryChange = {
  readonly customer_id: string;
  readonly entry_key: string;
  readonly entry: HistoryEntry | null;
  readonly stretch: number;
  readonly offset: number;
};

/** What the view writes at once. `stretch` of a change is an index into `stretches`. */
export type ViewBatch = {
  readonly stretches: readonly PartitionStretch[];
  readonly gold: readonly GoldChange[];
  readonly history: readonly HistoryChange[];
};
