import type { AdEvent } from '@marketing-streams/contracts/generated/ad-event';
import { createJsonCodec } from '@marketing-streams/contracts/json-codec';
import type { OutgoingRecord } from '@marketing-streams/stream/kafka/api';

const TOPIC = 'logs';

const { encode } = createJsonCodec<AdEvent>(TOPIC);

/** An ad event as the record of its topic, keyed by the user. */
export const adRecord = (event: AdEvent): OutgoingRecord => ({
  topic: TOPIC,
  key: event.user_id,
  value: encode(event),
  timestamp: event.ts,
});
