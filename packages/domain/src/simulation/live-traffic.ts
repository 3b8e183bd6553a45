import type { ActivationEvent } from '../activation.ts';
import type { OrderEvent } from '../order.ts';
import type { CompanyContent } from './company-content.ts';
import { type CompanyCustomer, drawId } from './company-history.ts';
import {
  type CustomerEvent,
  changeContact,
  deactivate,
  deliverAtLast,
  placeOrder,
  sendMessage,
  signUp,
  takeBack,
} from './customer-event.ts';
import { drawOrders, drawPersona, type Persona } from './personas.ts';
import { createRandom, pick, pickWeighted } from './random.ts';

/** Live traffic's settings. */
export type LiveTrafficOptions = {
  readonly seed: number;
  /** Tells this run's ids from those of other runs with the same seed; the same run gives the same ids. */
  readonly run: string;
  /** Who is there already. */
  readonly customers: readonly CompanyCustomer[];
  readonly content: CompanyContent;
};

/** An endless sequence of events. */
export type LiveTraffic = {
  /**
   * What happens next, as of `now` (epoch milliseconds, which must not go back). Which event comes depends on
   * the seed and on how many came before, never on the time.
   */
  readonly next: (now: number) => CustomerEvent;
};

type Customer = {
  readonly customer_id: string;
  readonly persona: Persona;
  /** A customer without any left stays a customer, but buys no more. */
  ordersLeft: number;
};

/**
 * What happens how often, in a hundred events. Orders and newcomers are in balance with the personas' orders, so
 * that the mix of stages stays as it is while the company grows.
 */
const HAPPENINGS = [
  { what: 'message', weight: 62 },
  { what: 'order', weight: 26 },
  { what: 'newcomer', weight: 4 },
  { what: 'contact', weight: 3 },
  { what: 'delivered at last', weight: 2 },
  { what: 'taken back', weight: 2 },
  { what: 'deactivation', weight: 1 },
] as const;

/** How many of the latest orders and failed messages something can still happen to. */
const REMEMBERED = 200;

/** Random streams that no customer of a company has. */
const LIVE_STREAM = -1;

const remember = <Item>(items: Item[], item: Item): void => {
  items.push(item);
  if (items.length > REMEMBERED) items.shift();
};

/** Takes one out of a list that has no order; undefined when it is empty. */
const takeAny = <Item>(items: Item[], place: number): Item | undefined => {
  const index = Math.floor(place * items.length);
  const item = items[index];
  const last = items.pop();
  if (last !== undefined && index < items.length) items[index] = last;
  return item;
};

/** Begins the live traffic of a company. */
export const createLiveTraffic = ({ seed, run, customers, content }: LiveTrafficOptions): LiveTraffic => {
  const random = createRandom(seed, LIVE_STREAM);
  const everybody: Customer[] = customers.map(({ customer_id, persona }) => ({
    customer_id,
    persona,
    ordersLeft: drawOrders(random, persona),
  }));
  const buyers = everybody.filter(({ ordersLeft }) => ordersLeft > 0);
  const recentOrders: OrderEvent[] = [];
  const recentFailures: ActivationEvent[] = [];
  let count = 0;

  const newcomer = (now: number): CustomerEvent => {
    const persona = drawPersona(random);
    const customer: Customer = {
      customer_id: `cus_${drawId(random)}_${run}`,
      persona,
      ordersLeft: drawOrders(random, persona),
    };
    everybody.push(customer);
    if (customer.ordersLeft > 0) buyers.push(customer);
    return signUp(customer.customer_id, now, content.person(random));
  };

  const message = (now: number): CustomerEvent => {
    if (everybody.length === 0) return newcomer(now);
    const { customer_id, persona } = pick(random, everybody);
    const sent = sendMessage(
      random,
      { customer_id, activation_id: `msg_${run}_${count}`, time: now },
      persona,
    );
    if (sent.event.status === 'FAILED') remember(recentFailures, sent.event);
    return sent;
  };

  const order = (now: number): CustomerEvent => {
    const place = Math.floor(random.uniform() * buyers.length);
    const buyer = buyers[place];
    if (buyer === undefined) return newcomer(now);
    buyer.ordersLeft -= 1;
    if (buyer.ordersLeft === 0) {
      const last = buyers.pop()!;
      if (last !== buyer) buyers[place] = last;
    }
    const { customer_id, persona } = buyer;
    const order_id = `ord_${run}_${count}`;
    const placed = placeOrder(random, { customer_id, order_id, time: now }, persona, content.catalogue);
    remember(recentOrders, placed.event);
    return placed;
  };

  const happen: Readonly<Record<(typeof HAPPENINGS)[number]['what'], (now: number) => CustomerEvent>> = {
    message,
    order,
    newcomer,
    contact: (now) =>
      everybody.length === 0
        ? newcomer(now)
        : changeContact(random, pick(random, everybody).customer_id, now, content.person(random)),
    'delivered at last': (now) => {
      const failed = takeAny(recentFailures, random.uniform());
      return failed === undefined ? message(now) : deliverAtLast(failed, now);
    },
    'taken back': (now) => {
      const placed = takeAny(recentOrders, random.uniform());
      const status = random.uniform() < 0.6 ? 'CANCELLED' : 'REFUNDED';
      return placed === undefined ? message(now) : takeBack(placed, status, now);
    },
    deactivation: (now) =>
      everybody.length === 0 ? newcomer(now) : deactivate(pick(random, everybody).customer_id, now),
  };

  return {
    next: (now) => {
      count += 1;
      return happen[pickWeighted(random, HAPPENINGS).what](now);
    },
  };
};
