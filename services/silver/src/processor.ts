import type { KafkaRecord } from '@marketing-streams/contracts/record';
import { from, type Pipeline } from '@marketing-streams/stream/pipeline';
import type { ProcessorDefinition, RebuildSource } from '@marketing-streams/stream/processor';
import type { StateCodecs } from '@marketing-streams/stream/state/state-codec';
import { decode } from '@marketing-streams/stream/steps/decode';
import { requireKey } from '@marketing-streams/stream/steps/require-key';
import type { SilverDataset } from './dataset.ts';
import { checkEvent } from './steps/check-event.ts';
import { forwardMisplaced, REPARTITION_TOPIC } from './steps/forward-misplaced.ts';
import { type ForwardedDataset, forwardedDataset, upsertForwardedRow } from './steps/upsert-forwarded-row.ts';
import { upsertRow } from './steps/upsert-row.ts';

/** Version of silver's precedence rules; a change makes every store be rebuilt. */
const RULE_VERSION = 'silver-1';

/** What a dataset adds to the processor. */
export type SilverPart = {
  readonly pipeline: Pipeline;
  readonly forwarded: ForwardedDataset;
  readonly prepareEvents: (records: readonly KafkaRecord[]) => Promise<void>;
  readonly rebuild: RebuildSource;
  readonly state: StateCodecs;
};

/** A dataset's way from its input topic to its silver topic, and back from there when the store is lost. */
export const silverPart = <Event, Row, Kept>(
  dataset: SilverDataset<Event, Row, Kept>,
  partitions: number,
): SilverPart => ({
  pipeline: from(dataset.input, { prepare: dataset.events.prepare })
    .through(requireKey)
    .through(decode(dataset.events))
    .through(checkEvent(dataset))
    .through(forwardMisplaced(partitions))
    .through(upsertRow(dataset))
    .build(),
  forwarded: forwardedDataset(dataset),
  prepareEvents: dataset.events.prepare,
  rebuild: {
    topic: dataset.output,
    prepare: dataset.rows.prepare,
    load: (record, state) => {
      if (record.key === null) return;
      const stateKey = dataset.stateKeyOfRow(record.key.toString('utf8'));
      if (record.value === null) state.remove(stateKey);
      else state.put(stateKey, dataset.keep(dataset.rows.decode(record.value)));
    },
  },
  state: { [dataset.prefix]: dataset.state },
});

/** The silver worker: events in, tables as keyed changelogs out. */
export const silverProcessor = (parts: readonly SilverPart[]): ProcessorDefinition => ({
  name: 'silver',
  ruleVersion: RULE_VERSION,
  state: Object.assign({}, ...parts.map(({ state }) => state)) as StateCodecs,
  pipelines: [
    ...parts.map(({ pipeline }) => pipeline),
    from(REPARTITION_TOPIC, {
      prepare: async (records) => {
        for (const { prepareEvents } of parts) await prepareEvents(records);
      },
    })
      .through(requireKey)
      .through(upsertForwardedRow(parts.map(({ forwarded }) => forwarded)))
      .build(),
  ],
  rebuild: { sources: parts.map(({ rebuild }) => rebuild), comparisons: [] },
});
