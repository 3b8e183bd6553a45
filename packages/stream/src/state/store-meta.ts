/** Who may write to a store: the transactional producer that was initialised last. */
export type StoreOwner = { readonly producer_id: string; readonly epoch: number };

/** What a task's store says about itself; written in the same LMDB transaction as the state it describes. */
export type StoreMeta = {
  /** The Kafka cluster the offsets belong to. */
  readonly cluster_id: string;
  readonly tasks: number;
  /** Partitions of every input topic. */
  readonly partitions: number;
  readonly rule_version: string;
  readonly owner: StoreOwner;
  /** `topic/partition` → offset of the next record: everything before it is part of the state. */
  readonly offsets: Readonly<Record<string, number>>;
  /** Number of the last transaction that is part of the state. */
  readonly transaction: number;
  /** Largest record timestamp that is part of the state, epoch milliseconds; 0 before the first record. */
  readonly stream_time: number;
  /** Timer name → its clock when it ran last. */
  readonly timers: Readonly<Record<string, number>>;
  /** Records noted as refused that are part of the state, see `TransactionNote`; stores of before have none. */
  readonly refusals?: number;
  /** False while a rebuild is under way: such a state is of no use. */
  readonly complete: boolean;
};

/** The same producer in the same or a later life of its id. */
export const isSameOwner = (a: StoreOwner, b: StoreOwner): boolean =>
  a.producer_id === b.producer_id && a.epoch === b.epoch;
