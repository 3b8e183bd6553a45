import { numberFromCents } from '@marketing-streams/domain/money';
import type { Cell } from '../http/csv.ts';
import { type CustomerCard, customerCard } from '../present/customer-card.ts';
import { customerJson } from '../present/customer-json.ts';
import { iso } from '../present/format.ts';
import type { CustomerQuery, CustomerPage as IndexPage } from '../view/customer-index.ts';
import type { LiveView } from '../view/live-view.ts';
import type { OverlaidCustomer } from '../view/overlay.ts';

/** A customer of a segment. */
type Member = {
  readonly card: CustomerCard;
  /** Since when, epoch milliseconds; null when an older version wrote the record. */
  readonly since: number | null;
};

export type MemberPage = { readonly page: IndexPage; readonly members: readonly Member[] };

type View = Pick<LiveView, 'customers'> & { readonly index: Pick<LiveView['index'], 'page' | 'everyone'> };

/** Customers whose records are fetched at once for an export. */
const PIECE = 500;

/** Since when somebody is in a segment; undefined for who is not in it. */
const sinceOf = ({ customer }: OverlaidCustomer, segment: string): number | null | undefined =>
  customer?.segments.includes(segment) === true ? (customer.segment_since?.[segment] ?? null) : undefined;

const memberOf = (overlaid: OverlaidCustomer, segment: string): Member | null => {
  const card = customerCard(overlaid);
  const since = sinceOf(overlaid, segment);
  return card === null || since === undefined ? null : { card, since };
};

const found = async <Shape>(
  view: View,
  ids: readonly string[],
  shape: (overlaid: OverlaidCustomer) => Shape | null,
): Promise<readonly Shape[]> => {
  const customers = await view.customers(ids);
  // Who has left between the list and the record is left out.
  return customers.flatMap((overlaid) => {
    const shaped = shape(overlaid);
    return shaped === null ? [] : [shaped];
  });
};

/** A page of members. Throws REDIS_UNAVAILABLE. */
export const memberPage = async (view: View, segment: string, query: CustomerQuery): Promise<MemberPage> => {
  const page = view.index.page({ ...query, segment });
  return { page, members: await found(view, page.customer_ids, (one) => memberOf(one, segment)) };
};

/** Members as the REST API gives them: customers, with `since`, when they entered this segment. */
export const membersJson = async (view: View, segment: string, ids: readonly string[]) =>
  found(view, ids, (overlaid) => {
    const since = sinceOf(overlaid, segment);
    const customer = customerJson(overlaid);
    if (customer === null || since === undefined) return null;
    return { ...customer, since: since === null ? null : iso(since) };
  });

/** Columns of an export; times are ISO 8601, amounts in currency units. */
export const EXPORT_HEADER = [
  'customer_id',
  'first_name',
  'last_name',
  'email',
  'phone',
  'lifecycle_stage',
  'is_active',
  'order_count',
  'lifetime_value',
  'average_order_value',
  'last_order_at',
  'delivered',
  'failed',
  'engagement_rate',
  'propensity',
  'segment',
  'since',
] as const;

const exportRow = ({ card, since }: Member, segment: string): readonly Cell[] => {
  const c = card.customer;
  return [
    c.customer_id,
    c.first_name,
    c.last_name,
    c.email,
    c.phone,
    c.lifecycle_stage,
    c.is_active,
    c.order_count,
    numberFromCents(c.lifetime_value),
    numberFromCents(c.average_order_value),
    c.last_order_at === null ? null : iso(c.last_order_at),
    c.delivered,
    c.failed,
    c.engagement_rate,
    c.propensity?.score ?? null,
    segment,
    since === null ? null : iso(since),
  ];
};

/** All members that a query matches, in its order, some hundred at a time. Throws REDIS_UNAVAILABLE. */
export async function* exportMembers(
  view: View,
  segment: string,
  query: CustomerQuery,
): AsyncGenerator<readonly (readonly Cell[])[]> {
  const ids = view.index.everyone({ ...query, segment });
  for (let start = 0; start < ids.length; start += PIECE) {
    const members = await found(view, ids.slice(start, start + PIECE), (one) => memberOf(one, segment));
    yield members.map((member) => exportRow(member, segment));
  }
}
