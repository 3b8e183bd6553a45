import { CHANNELS } from '@marketing-streams/domain/engagement';
import type { OrderRow } from '@marketing-streams/domain/order';
import { type HistoryEntry, timeOf } from '../view/history.ts';
import type { OverlaidCustomer } from '../view/overlay.ts';
import { type CustomerCard, customerCard } from './customer-card.ts';
import { money, stageName } from './format.ts';

/** One line of the timeline. */
type TimelineLine = {
  readonly kind: 'order' | 'cancellation' | 'delivery' | 'failure' | 'stage' | 'profile' | 'pending';
  readonly title: string;
  readonly detail: string;
  /** Epoch milliseconds. */
  readonly at: number;
};

type ChannelBar = {
  readonly name: string;
  readonly delivered: number;
  readonly failed: number;
  /** Delivered share of this channel's messages, whole percent. */
  readonly percent: number;
};

type FactorBar = {
  readonly name: string;
  readonly value: number;
  readonly contribution: number;
  /** Length relative to the strongest factor, whole percent. */
  readonly width: number;
};

export type CustomerPage = CustomerCard & {
  readonly channels: readonly ChannelBar[];
  readonly factors: readonly FactorBar[];
  readonly orders: readonly OrderRow[];
  readonly timeline: readonly TimelineLine[];
  /** The gold record, indented; null when it has not arrived yet. */
  readonly gold: string | null;
};

const MOST_ORDERS = 50;

const CHANNEL_NAMES = { EMAIL: 'E-mail', SMS: 'SMS', PUSH: 'Push', IN_APP: 'In-app' } as const;

const FIELD_NAMES: Readonly<Record<string, string>> = {
  first_name: 'first name',
  last_name: 'last name',
  email: 'e-mail',
  phone: 'phone',
  is_active: 'activity',
};

const itemsOf = (row: OrderRow): string =>
  row.items.map(({ quantity, name }) => (quantity > 1 ? `${quantity} × ${name}` : name)).join(', ');

const profileLine = (entry: Extract<HistoryEntry, { kind: 'profile' }>): TimelineLine => {
  const { patch } = entry;
  const at = patch.updated_at;
  if (patch.source === 'lifecycle') {
    const stage =
      patch.lifecycle_stage === null ? null : `Became ${stageName(patch.lifecycle_stage).toLowerCase()}`;
    const activity = patch.is_active === null ? null : patch.is_active ? 'Became active' : 'Became inactive';
    const title = [stage, activity].filter((part) => part !== null).join(' · ') || 'Stage evaluated';
    return { kind: 'stage', title, detail: 'computed from orders and engagement', at };
  }
  const changed = Object.entries(FIELD_NAMES)
    .filter(([field]) => patch[field as keyof typeof patch] !== null)
    .map(([, name]) => name);
  return {
    kind: 'profile',
    title: 'Profile updated',
    detail: [changed.join(', '), `from ${patch.source}`].filter((part) => part !== '').join(' · '),
    at,
  };
};

const line = (entry: HistoryEntry): TimelineLine => {
  const at = timeOf(entry);
  if (entry.kind === 'profile') return profileLine(entry);
  if (entry.kind === 'order') {
    const { status, total_amount, order_id } = entry.row;
    const detail = itemsOf(entry.row) || order_id;
    return status === 'PLACED'
      ? { kind: 'order', title: `Ordered for ${money(total_amount)}`, detail, at }
      : {
          kind: 'cancellation',
          title: `Order of ${money(total_amount)} ${status.toLowerCase()}`,
          detail,
          at: entry.row.updated_at,
        };
  }
  const { channel, status, failure_reason, campaign_id } = entry.row;
  const campaign = campaign_id === null ? null : `campaign ${campaign_id}`;
  return status === 'DELIVERED'
    ? { kind: 'delivery', title: `${CHANNEL_NAMES[channel]} delivered`, detail: campaign ?? '', at }
    : {
        kind: 'failure',
        title: `${CHANNEL_NAMES[channel]} failed`,
        detail: [failure_reason, campaign].filter((part) => part !== null).join(' · '),
        at,
      };
};

/** Everything the customer page shows; null when nobody is there. */
export const customerPage = (
  overlaid: OverlaidCustomer,
  history: readonly HistoryEntry[],
  gold: Buffer | null,
): CustomerPage | null => {
  const card = customerCard(overlaid);
  if (card === null) return null;
  const { by_channel, propensity } = card.customer;
  const strongest = Math.max(
    0,
    ...(propensity?.factors ?? []).map(({ contribution }) => Math.abs(contribution)),
  );
  const known = new Map(
    history.flatMap((entry) => (entry.kind === 'order' ? [[entry.row.order_id, entry.row] as const] : [])),
  );
  for (const { effect } of overlaid.pending) {
    if (effect.kind === 'order') known.set(effect.after.order_id, effect.after);
  }
  const pendingLines = overlaid.pending.map(
    ({ label, taken_at }): TimelineLine => ({
      kind: 'pending',
      title: label,
      detail: 'on its way',
      at: taken_at,
    }),
  );
  return {
    ...card,
    channels: CHANNELS.map((channel) => {
      const { delivered, failed } = by_channel[channel] ?? { delivered: 0, failed: 0 };
      const percent = delivered + failed === 0 ? 0 : Math.round((100 * delivered) / (delivered + failed));
      return { name: CHANNEL_NAMES[channel], delivered, failed, percent };
    }),
    factors: (propensity?.factors ?? []).map(({ name, value, contribution }) => ({
      name: name.replaceAll('_', ' '),
      value,
      contribution,
      width: strongest === 0 ? 0 : Math.round((100 * Math.abs(contribution)) / strongest),
    })),
    orders: [...known.values()].sort((a, b) => b.placed_at - a.placed_at).slice(0, MOST_ORDERS),
    timeline: [...pendingLines, ...history.map(line)].sort((a, b) => b.at - a.at),
    gold: gold === null ? null : JSON.stringify(JSON.parse(gold.toString('utf8')), null, 2),
  };
};
