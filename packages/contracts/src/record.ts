/** Headers as the wire has them; a name that occurs several times holds a list. */
export type RecordHeaders = Readonly<Record<string, Buffer | readonly Buffer[] | undefined>>;

/** One record as it lies on a topic, before anything is decoded. */
export type KafkaRecord = {
  readonly topic: string;
  readonly partition: number;
  /** Position in the partition; always a safe integer. */
  readonly offset: number;
  /** Epoch milliseconds as the broker keeps them. */
  readonly timestamp: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: RecordHeaders;
};

/** A partition of a topic. */
export type TopicPartition = { readonly topic: string; readonly partition: number };

/** The place a row's facts come from: the newest offset of an input partition that is part of it. */
export type SourceOffset = TopicPartition & { readonly offset: number };
