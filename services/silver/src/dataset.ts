import type { AvroCodec } from '@marketing-streams/contracts/avro-codec';
import type { CompactCodec } from '@marketing-streams/contracts/compact-codec';
import type { SourceOffset } from '@marketing-streams/contracts/record';
import type { TopicName } from '@marketing-streams/contracts/topics';
import type { ValidationProblem } from '@marketing-streams/domain/validation';

/** What an event makes of its row: the row to publish, and what is kept of it for the next event. */
export type Merged<Row, Kept> = { readonly row: Row; readonly kept: Kept };

/** One of silver's datasets: which events come in, which rows they become, and the rule between the two. */
export type SilverDataset<Event, Row, Kept> = {
  readonly input: TopicName;
  readonly output: TopicName;
  readonly events: AvroCodec<Event>;
  readonly rows: AvroCodec<Row>;
  /** First character of the dataset's keys in the task's state, and how what is kept is written there. */
  readonly prefix: string;
  readonly state: CompactCodec<Kept>;
  /** What is wrong with an event's values; empty for a good one. `reference` is the record's time, epoch ms. */
  readonly problems: (event: Event, reference: number) => readonly ValidationProblem[];
  readonly customerId: (event: Event) => string;
  /** The row's key on the output topic. */
  readonly rowKey: (event: Event) => string;
  /** The row's key in the task's state. */
  readonly stateKey: (event: Event) => string;
  /** The same from the row's key on the output topic. */
  readonly stateKeyOfRow: (rowKey: string) => string;
  /** What is kept of a row. */
  readonly keep: (row: Row) => Kept;
  /** The row after this event, or null when it changes nothing. */
  readonly merge: (
    current: Kept | undefined,
    event: Event,
    position: SourceOffset,
  ) => Merged<Row, Kept> | null;
};

/** An event together with the place on an input topic it came from, however it was forwarded since. */
export type Positioned<Event> = { readonly event: Event; readonly position: SourceOffset };
