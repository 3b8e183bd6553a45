import { describeProblems } from '@marketing-streams/domain/validation';
import { deadLetter, ok, type Step } from '@marketing-streams/stream/step';
import type { Positioned, SilverDataset } from '../dataset.ts';

/**
 * The key must be the event's customer, because the key decided the partition; the values must make sense
 * beyond their types. The position of the record becomes the event's own.
 */
export const checkEvent = <Event, Row, Kept>(
  dataset: SilverDataset<Event, Row, Kept>,
): Step<Event, Positioned<Event>> =>
  function checkEvent(event, { record }) {
    const customerId = dataset.customerId(event);
    const key = record.key?.toString('utf8');
    if (key !== customerId) {
      return deadLetter(
        'KEY_MISMATCH',
        `key ${JSON.stringify(key)} is not the record's customer_id ${JSON.stringify(customerId)}`,
      );
    }
    const problems = dataset.problems(event, record.timestamp);
    if (problems.length > 0) {
      return deadLetter('VALUE_INVALID', describeProblems(problems));
    }
    const { topic, partition, offset } = record;
    return ok({ event, position: { topic, partition, offset } });
  };
