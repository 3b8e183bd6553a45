import type { AvroCodec } from '@marketing-streams/contracts/avro-codec';
import type { SourceOffset } from '@marketing-streams/contracts/record';
import type { TopicName } from '@marketing-streams/contracts/topics';
import type { ValidationProblem } from '@marketing-streams/domain/validation';

/** One of silver's datasets: which events come in, which rows they become, and the rule between the two. */
export type SilverDataset<Event, Row> = {
  readonly input: TopicName;
  readonly output: TopicName;
  readonly events: AvroCodec<Event>;
  readonly rows: AvroCodec<Row>;
  /** What is wrong with an event's values; empty for a good one. `reference` is the record's time, epoch ms. */
  readonly problems: (event: Event, reference: number) => readonly ValidationProblem[];
  readonly customerId: (event: Event) => string;
  /** The row's key on the output topic; in the task's state the output topic's name comes before it. */
  readonly rowKey: (event: Event) => string;
  /** The row after this event, or null when it changes nothing. */
  readonly merge: (current: Row | undefined, event: Event, position: SourceOffset) => Row | null;
};

/** An event together with the place on an input topic it came from, however it was forwarded since. */
export type Positioned<Event> = { readonly event: Event; readonly position: SourceOffset };

/** A row's place in the task's state. */
export const stateKeyOf = (dataset: { readonly output: TopicName }, rowKey: string): string =>
  `${dataset.output}/${rowKey}`;
