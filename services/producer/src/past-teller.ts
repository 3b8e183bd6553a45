import type { Company } from '@marketing-streams/domain/simulation/company-history';
import { PlatformError } from '@marketing-streams/platform/errors';
import type { KafkaClient } from '@marketing-streams/stream/kafka/api';
import type { ToRecord } from './event-records.ts';
import type { PastTeller, ToldPast } from './tell-past.ts';

/** A position of a group is the one thing that a producer can commit together with its records; nobody reads from it. */
const PLACE = { topic: 'dom.customer.profile.upsert.v1', partition: 0 } as const;

const parse = (metadata: string, group: string): ToldPast => {
  const { until, events } = JSON.parse(metadata || '{}') as Partial<ToldPast>;
  if (until !== undefined && events !== undefined) return { until, events };
  throw new PlatformError(
    'INTERNAL',
    `the position of group ${group} holds no note of the past: ${metadata}`,
  );
};

/**
 * Tells a company's past in transactions that carry a note of what is told, as the metadata of a group's position;
 * each company has a group of its own. Opening it fences whoever told before and settles what that one had begun, so
 * that after any rejection a new teller knows what came of it. Rejections are those of a transactional producer.
 */
export const openPastTeller = async (
  kafka: KafkaClient,
  toRecord: ToRecord,
  { seed, customers }: Company,
): Promise<PastTeller & { readonly close: () => Promise<void> }> => {
  const group = `producer-past-${seed}-${customers}`;
  const producer = kafka.transactionalProducer({ transactionalId: group });
  const admin = kafka.admin();
  const close = async (): Promise<void> => {
    await Promise.all([producer.close(), admin.close()]);
  };
  try {
    await producer.init();
  } catch (error) {
    await close();
    throw error;
  }
  return {
    recall: async () => {
      const [position] = await admin.committedPositions(group, [PLACE]);
      return position === undefined ? null : parse(position.metadata, group);
    },
    tell: async (events, told) => {
      producer.begin();
      if (events.length > 0) await producer.send(events.map(toRecord));
      await producer.sendOffsets(group, [{ ...PLACE, offset: 0, metadata: JSON.stringify(told) }]);
      await producer.commit();
    },
    close,
  };
};
