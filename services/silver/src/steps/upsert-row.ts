import { drop, ok, type Step } from '@marketing-streams/stream/step';
import type { Positioned, SilverDataset } from '../dataset.ts';
import { upsert } from '../upsert.ts';

/** Merges the event into its row; a repeat changes nothing and publishes nothing. */
export const upsertRow = <Event, Row, Kept>(
  dataset: SilverDataset<Event, Row, Kept>,
): Step<Positioned<Event> | null, null> =>
  function upsertRow(positioned, { state, record }) {
    if (positioned === null) return ok(null); // It was forwarded to its own partition.
    const output = upsert(dataset, positioned, state, record.partition);
    return output === null ? drop('repeat') : ok(null, [output]);
  };
