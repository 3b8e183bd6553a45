import type { KafkaRecord, SourceOffset } from '@marketing-streams/contracts/record';
import { PlatformError } from '@marketing-streams/platform/errors';
import type { StateView } from '@marketing-streams/stream/state/state-view';
import { drop, type Output, ok, type Step } from '@marketing-streams/stream/step';
import type { SilverDataset } from '../dataset.ts';
import { originOf } from '../origin.ts';
import { upsert } from '../upsert.ts';

/** A dataset as the repartition topic's pipeline needs it: by the name of its input. */
export type ForwardedDataset = {
  readonly input: string;
  readonly upsert: (
    value: Buffer,
    position: SourceOffset,
    state: StateView,
    partition: number,
  ) => Output | null;
};

/** Lets a dataset take up what was forwarded from its input. */
export const forwardedDataset = <Event, Row, Kept>(
  dataset: SilverDataset<Event, Row, Kept>,
): ForwardedDataset => ({
  input: dataset.input,
  upsert: (value, position, state, partition) =>
    upsert(dataset, { event: dataset.events.decode(value), position }, state, partition),
});

/** Takes a forwarded record up where its input's pipeline left it: it has been decoded and checked there. */
export const upsertForwardedRow = (datasets: readonly ForwardedDataset[]): Step<KafkaRecord, null> =>
  function upsertForwardedRow(record, { state }) {
    const position = originOf(record.headers);
    const dataset = datasets.find(({ input }) => input === position.topic);
    if (dataset === undefined) {
      throw new PlatformError(
        'VALUE_INVALID',
        `no dataset reads ${position.topic}, which the origin header names`,
      );
    }
    if (record.value === null) throw new PlatformError('VALUE_MISSING', 'a forwarded record has no value');
    const output = dataset.upsert(record.value, position, state, record.partition);
    return output === null ? drop('repeat') : ok(null, [output]);
  };
