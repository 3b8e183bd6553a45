import { partitionOf } from '@marketing-streams/contracts/partitioner';
import type { KafkaRecord } from '@marketing-streams/contracts/record';
import type { TopicName } from '@marketing-streams/contracts/topics';
import { isPlatformError, PlatformError } from '@marketing-streams/platform/errors';
import { drop, type Output, ok, type Step, type StepContext } from '@marketing-streams/stream/step';
import { advanceClock, keepCustomer, type StoredCustomer, storedCustomer } from './customer-state.ts';
import { noteRules } from './evaluate-again.ts';
import type { CustomerEvent, LiveInput } from './inputs.ts';
import { type Origin, originHeaders, originHere, originOf } from './origin.ts';
import type { CustomerPublisher } from './publish-customer.ts';

/** Input records of customers who are at home on another partition, on their way there. */
export const REPARTITION_TOPIC: TopicName = 'live.repartition.v1';

/** Silver takes no longer ones either, and longer ones would not fit the state's keys. */
const LONGEST_ID = 200;

/** An event with the place and time it came from. */
type Placed<Event> = { readonly event: Event; readonly origin: Origin };

/**
 * What an input's value says. What says nothing is left out without a dead letter, as by ksqlDB: silver reads the
 * same records and makes them dead letters.
 */
export const readEvent = <Event extends CustomerEvent>({
  codec,
  ignored,
}: LiveInput<Event>): Step<KafkaRecord, Event> =>
  function readEvent(record) {
    if (record.value === null) return drop('tombstone');
    let event: Event;
    try {
      event = codec.decode(record.value);
    } catch (error) {
      if (
        !isPlatformError(error, 'VALUE_UNDECODABLE', 'VALUE_INVALID', 'SCHEMA_UNKNOWN', 'SCHEMA_INCOMPATIBLE')
      )
        throw error;
      return drop('undecodable');
    }
    const { customer_id } = event;
    if (customer_id === '' || customer_id.length > LONGEST_ID) return drop('nobody');
    const reason = ignored(event);
    return reason === null ? ok(event) : drop(reason);
  };

/**
 * An event on another partition than its customer's goes on through the repartition topic, with its bytes untouched;
 * the value's customer decides, whatever the key.
 */
export const sendHome = <Event extends CustomerEvent>(
  partitions: number,
): Step<Event, Placed<Event> | null> =>
  function sendHome(event, { record, state }) {
    const origin = originHere(
      record,
      advanceClock(state, record.topic, record.partition, Math.max(0, record.timestamp)),
    );
    const { customer_id: key } = event;
    const partition = partitionOf(key, partitions);
    if (partition === record.partition) return ok({ event, origin });
    const { value } = record;
    return ok(null, [{ topic: REPARTITION_TOPIC, key, partition, value, headers: originHeaders(origin) }]);
  };

/** A customer's newest time; of one that only tables knew, the first record's counts in place of theirs. */
const evaluatedAt = (before: StoredCustomer, timestamp: number): number =>
  before.estimated ? Math.max(0, timestamp) : Math.max(before.evaluated_at, timestamp);

const foldAndPublish = <Event extends CustomerEvent>(
  input: LiveInput<Event>,
  publisher: CustomerPublisher,
  { event, origin }: Placed<Event>,
  { record, state, mode }: StepContext,
): readonly Output[] => {
  const { customer_id } = event;
  const before = storedCustomer(state, customer_id);
  const after: StoredCustomer = {
    customer: input.fold(state, before.customer, event, origin.said),
    evaluated_at: evaluatedAt(before, origin.timestamp),
    estimated: false,
    known: true,
  };
  if (!before.known) noteRules(state, mode === 'live' ? publisher.rules : '');
  keepCustomer(state, customer_id, after);
  return publisher.changes(customer_id, before, after, record.partition);
};

/** Folds the event into its customer and publishes what has changed. */
export const foldEvent = <Event extends CustomerEvent>(
  input: LiveInput<Event>,
  publisher: CustomerPublisher,
): Step<Placed<Event> | null, null> =>
  function foldEvent(placed, context) {
    return ok(null, placed === null ? [] : foldAndPublish(input, publisher, placed, context));
  };

/** An input as the repartition topic's pipeline needs it: by its topic's name. */
export type ForwardedInput = {
  readonly topic: TopicName;
  readonly fold: (value: Buffer, origin: Origin, context: StepContext) => readonly Output[];
};

/** Lets an input take up what was forwarded from it. */
export const forwardedInput = <Event extends CustomerEvent>(
  input: LiveInput<Event>,
  publisher: CustomerPublisher,
): ForwardedInput => ({
  topic: input.topic,
  fold: (value, origin, context) =>
    foldAndPublish(input, publisher, { event: input.codec.decode(value), origin }, context),
});

/** Takes a forwarded record up where its input's pipeline left it. */
export const foldForwarded = (inputs: readonly ForwardedInput[]): Step<KafkaRecord, null> =>
  function foldForwarded(record, context) {
    const origin = originOf(record.headers);
    const input = inputs.find(({ topic }) => topic === origin.topic);
    if (input === undefined || record.value === null)
      throw new PlatformError('VALUE_INVALID', `nothing was forwarded from ${origin.topic}`);
    return ok(null, input.fold(record.value, origin, context));
  };
