import type { KafkaRecord } from '@marketing-streams/contracts/record';
import type { OutgoingRecord } from '../kafka/api.ts';
import type { Output } from '../step.ts';

/** Outputs ready to be sent, or the input record to blame for one that no topic would take. */
export type Collected =
  | { readonly kind: 'records'; readonly records: OutgoingRecord[] }
  | { readonly kind: 'too-large'; readonly cause: KafkaRecord | null };

/** The outputs of one transaction. */
export type OutputCollector = {
  /** `cause` is null for a timer's output. */
  readonly add: (output: Output, cause: KafkaRecord | null) => void;
  /** Makes the values now. Of `latestOnly` outputs the last per topic and key. */
  readonly collect: () => Collected;
};

/** Topics take records up to about 1 MB (`max.message.bytes`), key, headers and overhead included. */
const MAX_RECORD_BYTES = 1_000_000;

type Entry = { readonly output: Output; readonly cause: KafkaRecord | null };

const toRecord = ({ topic, key, partition, value, headers }: Output): OutgoingRecord => ({
  topic,
  key,
  value: typeof value === 'function' ? value() : value,
  ...(partition === undefined ? {} : { partition }),
  ...(headers === undefined ? {} : { headers }),
});

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
    collect: () => {
      const records: OutgoingRecord[] = [];
      const entries = [...all, ...[...latest.values()].flatMap((ofTopic) => [...ofTopic.values()])];
      for (const { output, cause } of entries) {
        const record = toRecord(output);
        if ((record.value?.length ?? 0) + output.key.length > MAX_RECORD_BYTES)
          return { kind: 'too-large', cause };
        records.push(record);
      }
      return { kind: 'records', records };
    },
  };
};
