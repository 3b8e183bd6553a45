import type { KafkaRecord } from '@marketing-streams/contracts/record';
import { from, type Pipeline } from '../pipeline.ts';
import type { ProcessorDefinition } from '../processor.ts';
import type { FailedRecord } from '../runtime-options.ts';
import type { StateView } from '../state/state-view.ts';
import { deadLetter, ok, type Step } from '../step.ts';
import { requireKey } from '../steps/require-key.ts';

/** The topics of the processor that fault tests run. */
export type CountingTopics = {
  readonly inputs: readonly string[];
  /** Every input once, with its number among the key's inputs. */
  readonly journal: string;
  /** Compacted: each key's newest count. */
  readonly counts: string;
  readonly deadLetters: string;
};

/** What the journal holds. */
export type JournalEntry = { readonly id: string; readonly count: number };

/** An input with this value is invalid. */
export const INVALID = 'invalid';

const encode = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

const increment = (state: StateView, key: string): number => {
  const count = (state.get<number>(key) ?? 0) + 1;
  state.put(key, count);
  return count;
};

const countInput = ({ journal, counts }: CountingTopics): Step<KafkaRecord, null> =>
  function countInput(record, { state }) {
    const key = String(record.key);
    const id = String(record.value);
    const { partition } = record;
    const count = increment(state, key);
    // After the state was changed, so that a dead letter has something to take back.
    if (id === INVALID) return deadLetter('VALUE_INVALID', 'the value is "invalid"');
    return ok(null, [
      { topic: journal, key, partition, value: encode({ id, count } satisfies JournalEntry) },
      { topic: counts, key, partition, latestOnly: true, value: () => encode(count) },
    ]);
  };

const pipelineOf = (topic: string, topics: CountingTopics): Pipeline =>
  from(topic).through(requireKey).through(countInput(topics)).build();

/**
 * Counts inputs per key: nothing lost and nothing doubled shows as counts without gaps, state included. It is
 * sensitive to the order of records on purpose.
 */
export const countingProcessor = (
  name: string,
  topics: CountingTopics,
  options: { readonly rebuild: boolean; readonly ruleVersion?: string },
): ProcessorDefinition => ({
  name,
  ruleVersion: options.ruleVersion ?? '1',
  pipelines: topics.inputs.map((topic) => pipelineOf(topic, topics)),
  ...(options.rebuild
    ? {
        rebuild: {
          sources: [
            {
              topic: topics.counts,
              load: ({ key, value }: KafkaRecord, state: StateView) => {
                if (value === null) state.remove(String(key));
                else state.put(String(key), JSON.parse(String(value)));
              },
            },
          ],
          comparisons: [
            {
              topic: topics.counts,
              rows: function* ({ state }) {
                for (const [key, count] of state.range<number>('')) {
                  yield { topic: topics.counts, key, value: encode(count) };
                }
              },
              same: (published, rebuilt) => published.equals(rebuilt),
            },
          ],
        },
      }
    : {}),
});

/** A dead letter as JSON, for tests. */
export const encodeFailed = ({ record, step, code, service, attempt }: FailedRecord): Buffer => {
  const { topic, partition, offset, key, value } = record;
  return encode({
    topic,
    partition,
    offset,
    key: String(key),
    value: String(value),
    step,
    code,
    service,
    attempt,
  });
};
