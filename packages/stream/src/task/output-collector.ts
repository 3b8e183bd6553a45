import type { KafkaRecord } from '@marketing-streams/contracts/record';
import type { ErrorCode } from '@marketing-streams/platform/errors';
import type { OutgoingRecord } from '../kafka/api.ts';
import type { Output } from '../step.ts';
import { isRecordAtFault } from './record-at-fault.ts';
import type { Turns } from './turns.ts';

/** Why what a record leads to cannot be published. */
export type Refusal = { readonly code: ErrorCode; readonly message: string };

/** An output that cannot be written or that no topic would take, and the input record to blame for it. */
export type RefusedOutput = {
  readonly topic: string;
  readonly key: string;
  /** Null for a timer's output. */
  readonly cause: KafkaRecord | null;
  readonly refusal: Refusal;
};

/** Outputs ready to be sent, and those that never will be. */
export type Collected = { readonly records: OutgoingRecord[]; readonly refused: readonly RefusedOutput[] };

/** The outputs of one transaction. */
export type OutputCollector = {
  /** `cause` is null for a timer's output. */
  readonly add: (output: Output, cause: KafkaRecord | null) => void;
  /**
   * Makes the values now. Of `latestOnly` outputs the last per topic and key. Rejects with what making a value
   * throws, unless it blames the record.
   */
  readonly collect: (turns: Turns) => Promise<Collected>;
};

/** Topics take records up to about 1 MB (`max.message.bytes`), key, headers and overhead included. */
const MAX_RECORD_BYTES = 1_000_000;

/** The refusal of outputs beyond what topics take. */
export const TOO_LARGE: Refusal = {
  code: 'PAYLOAD_TOO_LARGE',
  message: 'what the record leads to is larger than a topic takes',
};

/** Values between two looks at the clock. */
const CLOCK_STRIDE = 32;

type Entry = { readonly output: Output; readonly cause: KafkaRecord | null };

const toRecord = ({ topic, key, partition, value, headers }: Output): OutgoingRecord => ({
  topic,
  key,
  value: typeof value === 'function' ? value() : value,
  ...(partition === undefined ? {} : { partition }),
  ...(headers === undefined ? {} : { headers }),
});

/** The output with its value made, or why there is none. Throws what blames neither value nor record. */
export const makeRecord = (output: Output): OutgoingRecord | Refusal => {
  try {
    const record = toRecord(output);
    return (record.value?.length ?? 0) + output.key.length > MAX_RECORD_BYTES ? TOO_LARGE : record;
  } catch (error) {
    if (!isRecordAtFault(error)) throw error;
    return { code: error.code, message: error.message };
  }
};

/** An empty collector. */
export const createOutputCollector = (): OutputCollector => {
  const all: Entry[] = [];
  const latest = new Map<string, Map<string, Entry>>();
  return {
    add: (output, cause) => {
      const entry = { output, cause };
      if (output.latestOnly !== true) {
        all.push(entry);
        return;
      }
      const ofTopic = latest.get(output.topic);
      if (ofTopic === undefined) latest.set(output.topic, new Map([[output.key, entry]]));
      else ofTopic.set(output.key, entry);
    },
    collect: async (turns) => {
      const records: OutgoingRecord[] = [];
      const refused: RefusedOutput[] = [];
      for (const entries of [all, ...[...latest.values()].map((ofTopic) => ofTopic.values())]) {
        for (const { output, cause } of entries) {
          const record = makeRecord(output);
          if ('code' in record)
            refused.push({ topic: output.topic, key: output.key, cause, refusal: record });
          else if (records.push(record) % CLOCK_STRIDE === 0 && turns.isOver()) await turns.next();
        }
      }
      return { records, refused };
    },
  };
};
