import type { OverlaidCustomer } from '../view/overlay.ts';

/** A customer as cards, rows and the customer page show it. */
export type CustomerCard = {
  readonly customer_id: string;
  readonly url: string;
  /** Name, else e-mail, else id: whatever is known. */
  readonly title: string;
  /** Up to two letters for the round picture. */
  readonly initials: string;
  /** Hue of that picture, 0…359, the same for the same customer everywhere. */
  readonly hue: number;
  readonly customer: NonNullable<OverlaidCustomer['customer']>;
  /** What is under way, in words. */
  readonly pending: readonly string[];
  /** What has not come in time, in words. */
  readonly overdue: readonly string[];
};

const HUES = 12;

const hueOf = (text: string): number => {
  let sum = 0;
  for (const character of text) sum = (sum * 31 + character.codePointAt(0)!) % 9973;
  return (sum % HUES) * (360 / HUES);
};

/** The card of a customer; null when nobody is there. */
export const customerCard = ({ customer, pending, overdue }: OverlaidCustomer): CustomerCard | null => {
  if (customer === null) return null;
  const { customer_id, first_name, last_name, email } = customer;
  const names = [first_name, last_name].filter((name) => name !== null && name !== '') as string[];
  const title = names.length > 0 ? names.join(' ') : (email ?? customer_id);
  const initials = (names.length > 0 ? names : [title]).map((name) => [...name][0] ?? '').join('');
  return {
    customer_id,
    url: `/customers/${encodeURIComponent(customer_id)}`,
    title,
    initials: initials.slice(0, 2).toUpperCase(),
    hue: hueOf(customer_id),
    customer,
    pending: pending.map(({ label }) => label),
    overdue: overdue.map(({ label }) => label),
  };
};
