import type { ActivationEvent } from '../activation.ts';
import { CHANNELS, type Channel } from '../engagement.ts';
import { REPORTING_CURRENCY } from '../money.ts';
import type { OrderEvent } from '../order.ts';
import type { ProfilePatch } from '../profile.ts';
import { drawBasket } from './basket.ts';
import type { Person, Product } from './company-content.ts';
import type { Persona } from './personas.ts';
import { chance, normal, pick, type Random } from './random.ts';

/** What can happen to a customer; `time` is the event's own, epoch milliseconds. */
export type CustomerEvent =
  | { readonly kind: 'profile'; readonly time: number; readonly event: ProfilePatch }
  | { readonly kind: 'order'; readonly time: number; readonly event: OrderEvent }
  | { readonly kind: 'activation'; readonly time: number; readonly event: ActivationEvent };

type ProfileEvent = Extract<CustomerEvent, { readonly kind: 'profile' }>;
type OrderHappening = Extract<CustomerEvent, { readonly kind: 'order' }>;
type Delivery = Extract<CustomerEvent, { readonly kind: 'activation' }>;

/** Names by which messages are grouped; the first greets new customers. */
export const CAMPAIGNS = ['welcome', 'newsletter', 'new-arrivals', 'members-week', 'we-miss-you'] as const;

const FAILURE_REASONS: Readonly<Record<Channel, readonly string[]>> = {
  EMAIL: ['mailbox full', 'address unknown', 'rejected as spam'],
  SMS: ['number not in service', 'rejected by carrier'],
  PUSH: ['device token expired', 'notifications switched off'],
  IN_APP: ['app not opened in time'],
};

/** Size of an order around the persona's typical one, on the log scale. */
const ORDER_VALUE_SPREAD = 0.35;

const patch = (
  customer_id: string,
  time: number,
  source: string,
  fields: Partial<ProfilePatch>,
): ProfileEvent => ({
  kind: 'profile',
  time,
  event: {
    customer_id,
    email: null,
    first_name: null,
    last_name: null,
    phone: null,
    is_active: null,
    lifecycle_stage: null,
    source,
    updated_at: time,
    ...fields,
  },
});

/** A new customer: everything known, not active before the first order. */
export const signUp = (customer_id: string, time: number, person: Person): ProfileEvent =>
  patch(customer_id, time, 'signup', { ...person, is_active: false });

/** A customer with a new e-mail address or a new phone number. */
export const changeContact = (
  random: Random,
  customer_id: string,
  time: number,
  person: Person,
): ProfileEvent =>
  patch(
    customer_id,
    time,
    'account-page',
    chance(random, 0.5) ? { email: person.email } : { phone: person.phone },
  );

/** A customer who does not want to be a customer any more, until the next order. */
export const deactivate = (customer_id: string, time: number): ProfileEvent =>
  patch(customer_id, time, 'account-page', { is_active: false });

/** An order of the persona's size from the catalogue. */
export const placeOrder = (
  random: Random,
  place: { readonly customer_id: string; readonly order_id: string; readonly time: number },
  persona: Persona,
  catalogue: readonly Product[],
): OrderHappening => {
  const value = Math.round(persona.order_value * Math.exp(ORDER_VALUE_SPREAD * normal(random)));
  const items = drawBasket(random, catalogue, value);
  return {
    kind: 'order',
    time: place.time,
    event: {
      order_id: place.order_id,
      customer_id: place.customer_id,
      status: 'PLACED',
      total_amount: items.reduce((sum, item) => sum + item.quantity * item.unit_price, 0),
      currency: REPORTING_CURRENCY,
      items,
      placed_at: place.time,
      updated_at: place.time,
    },
  };
};

/** The same order taken back: all its facts, another status. */
export const takeBack = (
  order: OrderEvent,
  status: 'CANCELLED' | 'REFUNDED',
  time: number,
): OrderHappening => ({ kind: 'order', time, event: { ...order, status, updated_at: time } });

/** A message to the customer; whether it arrives depends on the persona. */
export const sendMessage = (
  random: Random,
  place: { readonly customer_id: string; readonly activation_id: string; readonly time: number },
  persona: Persona,
): Delivery => {
  const channel = pick(random, CHANNELS);
  const campaign_id = pick(random, CAMPAIGNS);
  const delivered = chance(random, persona.reachable);
  return {
    kind: 'activation',
    time: place.time,
    event: {
      activation_id: place.activation_id,
      customer_id: place.customer_id,
      campaign_id,
      channel,
      status: delivered ? 'DELIVERED' : 'FAILED',
      failure_reason: delivered ? null : pick(random, FAILURE_REASONS[channel]),
      occurred_at: place.time,
    },
  };
};

/** The same message sent once more, this time with success. */
export const deliverAtLast = (message: ActivationEvent, time: number): Delivery => ({
  kind: 'activation',
  time,
  event: { ...message, status: 'DELIVERED', failure_reason: null, occurred_at: time },
});
