import { customerCard } from '../present/customer-card.ts';
import { customerJson } from '../present/customer-json.ts';
import { customerPage } from '../present/customer-page.ts';
import type { Layout } from '../present/list-page.ts';
import { totalTiles } from '../present/list-page.ts';
import type { Renderer } from '../present/renderer.ts';
import { totalsJson } from '../present/totals-json.ts';
import type { LiveView } from '../view/live-view.ts';
import type { LiveEvent, Subscription } from './event-hub.ts';

/** What is away, in words; null for what is well. */
export type WorldStatus = { readonly kafka: string | null; readonly redis: string | null };

export type SubscriptionParts = {
  readonly view: LiveView;
  readonly renderer: Renderer;
  readonly status: () => WorldStatus;
};

/** Entries of history on the customer page. */
export const PAGE_HISTORY = 200;

const event = (name: string, data: unknown): LiveEvent => ({ event: name, data: JSON.stringify(data) });

/** A part of a page to put in place of the element with the id `target`; without html the element goes. */
const fragment = (target: string, html: string | null): LiveEvent => event('fragment', { target, html });

/** For programs: customers, totals and status as the REST API gives them. */
export const dataSubscription = (
  { view, status }: SubscriptionParts,
  customerId: string | null,
): Subscription => ({
  customerIds: customerId === null ? null : new Set([customerId]),
  form: 'data',
  customer: (id, overlaid) => {
    const json = customerJson(overlaid);
    return json === null ? event('deleted', { customer_id: id }) : event('customer', json);
  },
  totals: customerId === null ? () => event('totals', totalsJson(view.index.totals())) : null,
  status: () => event('status', status()),
});

const statusFragment = ({ renderer, status }: SubscriptionParts): LiveEvent =>
  fragment('world-status', renderer.fragment('partials/world-status', { status: status() }));

/** For the customers page: the cards or rows it shows, and the totals. */
export const listSubscription = (
  parts: SubscriptionParts,
  customerIds: readonly string[],
  layout: Layout,
): Subscription => ({
  customerIds: new Set(customerIds),
  form: layout,
  customer: (id, overlaid) => {
    const card = customerCard(overlaid);
    const partial = layout === 'cards' ? 'partials/customer-card' : 'partials/customer-row';
    return fragment(
      `customer-${id}`,
      card === null ? null : parts.renderer.fragment(partial, { card, now: Date.now() }),
    );
  },
  totals: () =>
    fragment(
      'totals',
      parts.renderer.fragment('partials/totals', { tiles: totalTiles(parts.view.index.totals()) }),
    ),
  status: () => statusFragment(parts),
});

/** For a customer's own page. */
export const pageSubscription = (parts: SubscriptionParts, customerId: string): Subscription => ({
  customerIds: new Set([customerId]),
  form: 'page',
  customer: async (id, overlaid) => {
    const history = await parts.view.history(id, PAGE_HISTORY);
    const page = customerPage(overlaid, history, await parts.view.gold(id));
    const html =
      page === null ? null : parts.renderer.fragment('partials/customer-detail', { page, now: Date.now() });
    return fragment('customer', html);
  },
  totals: null,
  status: () => statusFragment(parts),
});
