import type { AvroCodec } from '@marketing-streams/contracts/avro-codec';
import type { DeadLetter } from '@marketing-streams/contracts/generated/dead-letter';
import { partitionOf } from '@marketing-streams/contracts/partitioner';
import type { KafkaRecord, SourceOffset } from '@marketing-streams/contracts/record';
import { reach, setFields } from '@marketing-streams/domain/reconciliation/arrivals';
import type { ComparedField } from '@marketing-streams/domain/reconciliation/differences';
import type { StateView } from '@marketing-streams/stream/state/state-view';
import type { InputRecord, ReconciledInput } from './inputs.ts';
import { arrivalsOf, explain, isRowOvertaken, keepArrivals } from './state.ts';

/** Reasons quote whole values at times; the dead letter has all of it. */
const LONGEST_REASON = 300;

const shortened = (text: string): string =>
  text.length <= LONGEST_REASON ? text : `${text.slice(0, LONGEST_REASON - 1)}…`;

/** Keeps how new a record was; gives the fields in which something newer had come before it. */
const overtakenIn = (
  topic: string,
  { customerId, id, time, fields }: InputRecord,
  place: SourceOffset,
  state: StateView,
): readonly ComparedField[] => {
  const before = arrivalsOf(state, customerId);
  if (id === null) {
    const { arrivals, overtaken } = setFields(before, fields, time);
    keepArrivals(state, customerId, reach(arrivals, place));
    return overtaken;
  }
  keepArrivals(state, customerId, reach(before, place));
  return isRowOvertaken(state, topic, { customerId, id }, time) ? fields : [];
};

/**
 * Keeps of an input record how new it was and how far it reaches, and notes what makes the two sides take it
 * differently: a wrong partition, an older time than what came before. False when nobody can read it.
 */
export const noteInput = (
  input: ReconciledInput,
  partitions: number,
  { topic, partition, offset, value }: KafkaRecord,
  state: StateView,
): boolean => {
  const record = input.read(value);
  if (record === null) return false;
  const { customerId, fields } = record;
  const place = { topic, partition, offset };
  const overtaken = overtakenIn(topic, record, place, state);
  const home = partitionOf(customerId, partitions);
  if (partition !== home && fields.length > 0) {
    const detail = `lies on partition ${partition}, the customer's is ${home}: it comes later than its offset says`;
    explain(state, customerId, { kind: 'misplaced', ...place, detail, fields });
  }
  if (overtaken.length > 0) {
    const time = new Date(record.time).toISOString();
    const detail = `of ${time}, older than what came before it: gold goes by the time, live aggregation by the order`;
    explain(state, customerId, { kind: 'overtaken', ...place, detail, fields: overtaken });
  }
  return true;
};

/**
 * Notes a refused input record with the customer that its value names, whatever its key. False for the dead letter of
 * another topic's record, or of one that names nobody.
 */
export const noteDeadLetter = (
  inputs: readonly ReconciledInput[],
  letter: DeadLetter,
  state: StateView,
): boolean => {
  const { topic, partition, offset } = letter;
  const input = inputs.find((one) => one.topic === topic);
  const record = input?.read(letter.value) ?? null;
  if (record === null) return false;
  const detail = shortened(`refused by ${letter.service}: ${letter.error_code}: ${letter.message}`);
  const { customerId, fields } = record;
  explain(state, customerId, { kind: 'rejected', topic, partition, offset, detail, fields });
  return true;
};

/** Resolves what a batch of dead letters needs to be read: their own schema ids, and those of the records in them. */
export const prepareDeadLetters =
  (codec: AvroCodec<DeadLetter>, inputs: readonly ReconciledInput[]): AvroCodec<DeadLetter>['prepare'] =>
  async (records) => {
    await codec.prepare(records);
    const values = records.flatMap(({ value }) => {
      const letter = value === null ? null : readLetter(codec, value);
      return letter === null ? [] : [{ topic: letter.topic, value: letter.value }];
    });
    for (const input of inputs) await input.prepare(values.filter(({ topic }) => topic === input.topic));
  };

/** A dead letter, or null for bytes on the queue that are none. */
export const readLetter = (codec: AvroCodec<DeadLetter>, value: Buffer): DeadLetter | null => {
  try {
    return codec.decode(value);
  } catch {
    return null;
  }
};
