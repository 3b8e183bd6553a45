import type { StateView } from '@marketing-streams/stream/state/state-view';
import type { Output } from '@marketing-streams/stream/step';
import type { Positioned, SilverDataset } from './dataset.ts';

/**
 * Merges an event into its row by the dataset's precedence. Gives the row to publish on the customer's
 * partition, or null when the event changes nothing.
 */
export const upsert = <Event, Row, Kept>(
  dataset: SilverDataset<Event, Row, Kept>,
  { event, position }: Positioned<Event>,
  state: StateView,
  partition: number,
): Output | null => {
  const stateKey = dataset.stateKey(event);
  const merged = dataset.merge(state.get<Kept>(stateKey), event, position);
  if (merged === null) return null;
  const { row, kept } = merged;
  state.put(stateKey, kept);
  return {
    topic: dataset.output,
    key: dataset.rowKey(event),
    partition,
    // At once: a row is rarely replaced within a transaction, and bytes weigh less until its end than objects do.
    value: dataset.rows.encode(row),
    latestOnly: true,
  };
};
