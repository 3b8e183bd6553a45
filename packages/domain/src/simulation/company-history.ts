import type { CompanyContent, Person } from './company-content.ts';
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
import { drawOrders, type Persona, personaOfCustomer } from './personas.ts';
import { chance, createRandom, type Random, waitFor } from './random.ts';

/*
 * A company's past as a function of its seed and the calendar, not of the moment somebody asks: customers come
 * at fixed places of an endless calendar, each lives on random streams of its own, and what is asked for is the
 * part of it that lies before `until`. Asked again later, the same past comes back, word for word, with what
 * has been added since. So a producer that starts again needs no memory: it says all of it once more, and
 * repeats change nothing.
 */

/** A company's settings. */
export type Company = {
  readonly seed: number;
  /** How many customers it remembers at any time; 0 is a company without a past. */
  readonly customers: number;
};

/** One of the company's customers. */
export type CompanyCustomer = {
  /** Its place in the calendar; decides everything about it. */
  readonly index: number;
  readonly customer_id: string;
  readonly persona: Persona;
  readonly person: Person;
  /** Epoch milliseconds. */
  readonly created_at: number;
};

const DAY = 86_400_000;
const MONTH = 30 * DAY;

/** Where the endless calendar begins. */
const CALENDAR_BEGINS = Date.UTC(2020, 0, 1);
/** Customers who came longer ago are not remembered. */
const MEMORY = 400 * DAY;

/** What the random streams of a customer are for; a stream more shifts none of the others. */
const STREAM = { person: 1, orders: 2, messages: 3, account: 4, id: 5 } as const;

/** Shares of orders that are cancelled and refunded, and when that happens at the latest. */
const TAKEN_BACK = {
  cancelled: { share: 0.04, within: 2 * DAY },
  refunded: { share: 0.03, within: 20 * DAY },
};
/** Share of failed messages that a second attempt delivers, and when at the latest. */
const DELIVERED_AT_LAST = { share: 0.1, within: DAY / 4 };

const hex = (random: Random): string =>
  Math.floor(random.uniform() * 2 ** 32)
    .toString(16)
    .padStart(8, '0');

/** A name for what random numbers decided: 16 hexadecimal digits. */
export const drawId = (random: Random): string => hex(random) + hex(random);

/** The customers who came within the memory before `until` (epoch milliseconds), oldest first. */
export const companyCustomers = (
  { seed, customers }: Company,
  content: CompanyContent,
  until: number,
): readonly CompanyCustomer[] => {
  const interval = MEMORY / customers;
  const remembered: CompanyCustomer[] = [];
  if (customers === 0) return remembered;
  const first = Math.max(0, Math.floor((until - MEMORY - CALENDAR_BEGINS) / interval));
  for (let index = first; ; index += 1) {
    const stream = (purpose: number) => createRandom(seed, customers, index, purpose);
    const created_at = Math.round(CALENDAR_BEGINS + (index + stream(STREAM.account).uniform()) * interval);
    if (created_at > until) return remembered;
    if (created_at <= until - MEMORY) continue;
    remembered.push({
      index,
      customer_id: `cus_${drawId(stream(STREAM.id))}`,
      persona: personaOfCustomer(seed, index),
      person: content.person(stream(STREAM.person)),
      created_at,
    });
  }
};

type Life = {
  readonly customer: CompanyCustomer;
  readonly content: CompanyContent;
  readonly stream: (purpose: number) => Random;
};

function* orders({ customer, content, stream }: Life): Iterable<CustomerEvent> {
  const { customer_id, persona, created_at } = customer;
  const random = stream(STREAM.orders);
  const total = drawOrders(random, persona);
  let time = created_at;
  for (let count = 1; count <= total; count += 1) {
    time += Math.ceil(waitFor(random, persona.orders_per_month / MONTH));
    const order_id = `ord_${customer_id.slice(4)}_${count}`;
    const placed = placeOrder(random, { customer_id, order_id, time }, persona, content.catalogue);
    yield placed;
    const fate = random.uniform();
    const later = (within: number) => time + Math.ceil(random.uniform() * within);
    const { cancelled, refunded } = TAKEN_BACK;
    if (fate < cancelled.share) yield takeBack(placed.event, 'CANCELLED', later(cancelled.within));
    else if (fate < cancelled.share + refunded.share) {
      yield takeBack(placed.event, 'REFUNDED', later(refunded.within));
    }
  }
}

function* messages({ customer, stream }: Life): Iterable<CustomerEvent> {
  const { customer_id, persona, created_at } = customer;
  const random = stream(STREAM.messages);
  let time = created_at;
  for (let count = 1; ; count += 1) {
    time += Math.ceil(waitFor(random, persona.messages_per_month / MONTH));
    const activation_id = `msg_${customer_id.slice(4)}_${count}`;
    const sent = sendMessage(random, { customer_id, activation_id, time }, persona);
    yield sent;
    if (sent.event.status === 'FAILED' && chance(random, DELIVERED_AT_LAST.share)) {
      yield deliverAtLast(sent.event, time + Math.ceil(random.uniform() * DELIVERED_AT_LAST.within));
    }
  }
}

/** Signing up, and for some a change of contact or a deactivation within the first ten months. */
function* account({ customer, content, stream }: Life): Iterable<CustomerEvent> {
  const { customer_id, person, created_at } = customer;
  const random = stream(STREAM.account);
  random.uniform(); // The first number has decided created_at.
  yield signUp(customer_id, created_at, person);
  const sometime = () => created_at + Math.ceil(random.uniform() * 10 * MONTH);
  if (chance(random, 0.15)) {
    yield changeContact(random, customer_id, sometime(), content.person(random));
  }
  if (chance(random, 0.05)) yield deactivate(customer_id, sometime());
}

/**
 * The events of a stream up to `until`. The streams' own time never goes back, but what follows from an event
 * (a refund) may lie beyond the event after it.
 */
function* past(
  events: Iterable<CustomerEvent>,
  until: number,
  longestDelay: number,
): Iterable<CustomerEvent> {
  for (const event of events) {
    if (event.time > until + longestDelay) return;
    if (event.time <= until) yield event;
  }
}

/**
 * Everything that happened to the remembered customers up to `until` (epoch milliseconds), in the order of time.
 * A later `until` gives the same events for every customer it still remembers, and what was added.
 */
export const companyHistory = (
  company: Company,
  content: CompanyContent,
  until: number,
): readonly CustomerEvent[] => {
  const events: CustomerEvent[] = [];
  for (const customer of companyCustomers(company, content, until)) {
    const life: Life = {
      customer,
      content,
      stream: (purpose) => createRandom(company.seed, company.customers, customer.index, purpose),
    };
    events.push(
      ...past(account(life), until, 10 * MONTH),
      ...past(orders(life), until, TAKEN_BACK.refunded.within),
      ...past(messages(life), until, DELIVERED_AT_LAST.within),
    );
  }
  return events.sort((a, b) => a.time - b.time);
};
