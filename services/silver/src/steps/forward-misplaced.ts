import { partitionOf } from '@marketing-streams/contracts/partitioner';
import { PlatformError } from '@marketing-streams/platform/errors';
import { ok, type Step, type StepResult } from '@marketing-streams/stream/step';
import type { Positioned } from '../dataset.ts';
import { originHeaders } from '../origin.ts';

/** Silver's own topic for records that another client's partitioner put on the wrong partition. */
export const REPARTITION_TOPIC = 'silver.repartition.v1';

/**
 * An event on another partition than its customer's goes to the repartition topic, on the right partition and
 * with its bytes untouched, and ends here; its origin travels along, so that precedence stays the input's.
 */
export const forwardMisplaced = <Event>(
  partitions: number,
): Step<Positioned<Event>, Positioned<Event> | null> =>
  function forwardMisplaced(positioned, { record }): StepResult<Positioned<Event> | null> {
    if (record.key === null) throw new PlatformError('KEY_MISSING', 'the record has no key');
    const partition = partitionOf(record.key, partitions);
    if (partition === record.partition) return ok(positioned);
    const key = record.key.toString('utf8');
    const headers = originHeaders(positioned.position);
    return ok(null, [{ topic: REPARTITION_TOPIC, key, partition, value: record.value, headers }]);
  };
