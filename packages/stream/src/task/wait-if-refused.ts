import { messageOf, PlatformError } from '@marketing-streams/platform/errors';
import { isRecordAtFault } from './record-at-fault.ts';

/**
 * Rejects as `sending` does, but as an outage where Kafka refuses what is sent: the topic was deleted, or takes less
 * than it should. The records have been found good before, so that it is the topic somebody has to mend; until then
 * nothing may be answered for and nothing given up.
 */
export const waitIfRefused = async (sending: Promise<void>): Promise<void> => {
  try {
    await sending;
  } catch (error) {
    if (!isRecordAtFault(error)) throw error;
    throw new PlatformError('KAFKA_UNAVAILABLE', `Kafka does not take it: ${messageOf(error)}`, {
      cause: error,
    });
  }
};
