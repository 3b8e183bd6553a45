import { type ActivationRow, mergeActivation } from '../activation.ts';
import { type LifecycleStage, stageOf } from '../lifecycle.ts';
import { mergeOrder, type OrderRow, orderStands } from '../order.ts';
import type { CompanyContent } from '../simulation/company-content.ts';
import type { CustomerEvent } from '../simulation/customer-event.ts';

/** Words that cost nothing, prices from $7 to $900. For tests. */
export const plainContent: CompanyContent = {
  person: (random) => ({
    first_name: 'Ada',
    last_name: 'Lovelace',
    email: `ada${Math.floor(random.uniform() * 1e9)}@example.com`,
    phone: `+1${Math.floor(random.uniform() * 1e9)}`,
  }),
  catalogue: Array.from({ length: 40 }, (_, index) => ({
    sku: `SKU-${index}`,
    name: `Product ${index}`,
    category: 'Home',
    unit_price: Math.round(700 * 130 ** (index / 39)),
  })),
};

/** What events come to by the project's own rules: final rows, and how many customers are in each stage. */
export const foldEvents = (
  events: readonly CustomerEvent[],
): {
  readonly orders: readonly OrderRow[];
  readonly activations: readonly ActivationRow[];
  readonly stages: Partial<Record<LifecycleStage, number>>;
} => {
  const orders = new Map<string, OrderRow>();
  const activations = new Map<string, ActivationRow>();
  const customers = new Set<string>();
  events.forEach(({ kind, event }, offset) => {
    customers.add(event.customer_id);
    const position = { topic: kind, partition: 0, offset };
    if (kind === 'order') {
      const row = mergeOrder(orders.get(event.order_id), event, position);
      if (row !== null) orders.set(event.order_id, row);
    }
    if (kind === 'activation') {
      const row = mergeActivation(activations.get(event.activation_id), event, position);
      if (row !== null) activations.set(event.activation_id, row);
    }
  });
  const ordersOf = Map.groupBy([...orders.values()].filter(orderStands), ({ customer_id }) => customer_id);
  const messagesOf = Map.groupBy(activations.values(), ({ customer_id }) => customer_id);
  const stages: Partial<Record<LifecycleStage, number>> = {};
  for (const customer of customers) {
    const standing = ordersOf.get(customer) ?? [];
    const messages = messagesOf.get(customer) ?? [];
    const delivered = messages.filter(({ status }) => status === 'DELIVERED').length;
    const stage = stageOf({
      order_count: standing.length,
      lifetime_value: standing.reduce((sum, { total_amount }) => sum + total_amount, 0),
      delivered,
      failed: messages.length - delivered,
    });
    stages[stage] = (stages[stage] ?? 0) + 1;
  }
  return { orders: [...orders.values()], activations: [...activations.values()], stages };
};
