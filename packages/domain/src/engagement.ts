/** The ways a message reaches a customer. */
export const CHANNELS = ['EMAIL', 'SMS', 'PUSH', 'IN_APP'] as const;
export type Channel = (typeof CHANNELS)[number];

/** How a delivery ended. */
export const DELIVERY_STATUSES = ['DELIVERED', 'FAILED'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** Deliveries counted by how they ended. */
export type DeliveryCounts = { readonly delivered: number; readonly failed: number };

/** Counts of every channel that has any delivery. */
export type DeliveriesByChannel = Readonly<Record<string, DeliveryCounts>>;

/** Delivered ÷ (delivered + failed), 0…1; 0 when nothing was sent. */
export const engagementRate = (delivered: number, failed: number): number =>
  delivered + failed === 0 ? 0 : delivered / (delivered + failed);

const change = (
  byChannel: DeliveriesByChannel,
  channel: Channel,
  status: DeliveryStatus,
  by: 1 | -1,
): DeliveriesByChannel => {
  const { delivered, failed } = byChannel[channel] ?? { delivered: 0, failed: 0 };
  const counts = {
    delivered: status === 'DELIVERED' ? delivered + by : delivered,
    failed: status === 'FAILED' ? failed + by : failed,
  };
  const changed: Record<string, DeliveryCounts> = {};
  // In the order of CHANNELS, whatever came first, so that equal counts are equal bytes.
  for (const name of CHANNELS) {
    const entry = name === channel ? counts : byChannel[name];
    if (entry !== undefined && entry.delivered + entry.failed > 0) changed[name] = entry;
  }
  return changed;
};

/** The counts with one more delivery. */
export const addDelivery = (
  byChannel: DeliveriesByChannel,
  channel: Channel,
  status: DeliveryStatus,
): DeliveriesByChannel => change(byChannel, channel, status, 1);

/** The counts without a delivery that was part of them; a channel with nothing left disappears. */
export const removeDelivery = (
  byChannel: DeliveriesByChannel,
  channel: Channel,
  status: DeliveryStatus,
): DeliveriesByChannel => change(byChannel, channel, status, -1);
