import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addDelivery,
  CHANNELS,
  DELIVERY_STATUSES,
  type DeliveriesByChannel,
  engagementRate,
  removeDelivery,
} from './engagement.ts';

const delivery = fc.record({
  channel: fc.constantFrom(...CHANNELS),
  status: fc.constantFrom(...DELIVERY_STATUSES),
});
const NONE: DeliveriesByChannel = {};

describe('deliveries by channel', () => {
  it('counts every delivery once, whatever the order, down to the same bytes', () => {
    fc.assert(
      fc.property(fc.array(delivery), (deliveries) => {
        const count = (list: typeof deliveries) =>
          list.reduce((counts, { channel, status }) => addDelivery(counts, channel, status), NONE);
        const counts = count(deliveries);
        expect(JSON.stringify(count(deliveries.toReversed()))).toBe(JSON.stringify(counts));
        for (const channel of CHANNELS) {
          const of = (status: string) =>
            deliveries.filter((entry) => entry.channel === channel && entry.status === status).length;
          expect(counts[channel] ?? { delivered: 0, failed: 0 }).toEqual({
            delivered: of('DELIVERED'),
            failed: of('FAILED'),
          });
        }
      }),
    );
  });

  it('forgets a delivery that is taken away, and the channel with its last one', () => {
    fc.assert(
      fc.property(fc.array(delivery), delivery, (deliveries, { channel, status }) => {
        const counts = deliveries.reduce((sum, entry) => addDelivery(sum, entry.channel, entry.status), NONE);
        expect(removeDelivery(addDelivery(counts, channel, status), channel, status)).toEqual(counts);
      }),
    );
  });
});

describe('engagementRate', () => {
  it('is delivered ÷ (delivered + failed), and 0 when nothing was sent', () => {
    expect(engagementRate(0, 0)).toBe(0);
    expect(engagementRate(3, 1)).toBe(0.75);
    expect(engagementRate(0, 4)).toBe(0);
  });
});
