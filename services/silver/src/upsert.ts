import type { StateView } from '@marketing-streams/stream/state/state-view';
import type { Output } from '@marketing-streams/stream/step';
import { type Positioned, type SilverDataset, stateKeyOf } from './dataset.ts';

/**
 * Merges an event into its row by the dataset's precedence. Gives the row to publish on the customer's
 * partition, or null when the event changes nothing.
 */
export const upsert = <Event, Row>(
  dataset: SilverDataset<Event, Row>,
  { event, position }: Positioned<Event>,
  state: StateView,
  partition: number,
): Output | null => {
  const key = dataset.rowKey(event);
  const stateKey = stateKeyOf(dataset, key);
  const row = dataset.merge(state.get<Row>(stateKey), event, position);
  if (row === null) return null;
  state.put(stateKey, row);
  return {
    topic: dataset.output,
    key,
    partition,
    value: () => dataset.rows.encode(row),
    latestOnly: true,
  };
};
