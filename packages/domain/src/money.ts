/** An amount of money in hundredths of its currency: always a safe integer, never a float of units. */
export type Cents = number;

/** The one currency lifetime values are kept in; an order in another one is not valid. */
export const REPORTING_CURRENCY = 'USD';

/**
 * Largest magnitude that goes from cents to a JSON number and back without loss: ten trillion units. Beyond it
 * neighbouring cents begin to share one double.
 */
export const MAX_CENTS: Cents = 1_000_000_000_000_000;

/**
 * Currency units with at most two decimals, as JSON has them, in whole cents.
 * Throws a RangeError that names the amount when it is no finite number, has more than two decimals, or lies
 * beyond `MAX_CENTS`.
 */
export const centsFromNumber = (amount: number): Cents => {
  if (!Number.isFinite(amount)) throw new RangeError(`amount ${amount} is not a finite number`);
  const cents = Math.round(amount * 100);
  if (Math.abs(cents) > MAX_CENTS)
    throw new RangeError(`amount ${amount} is beyond ±${numberFromCents(MAX_CENTS)}`);
  if (cents / 100 !== amount) throw new RangeError(`amount ${amount} has more than two decimals`);
  return cents === 0 ? 0 : cents;
};

/** Whole cents as currency units, a number with at most two decimals. */
export const numberFromCents = (cents: Cents): number => cents / 100;

const formats = new Map<string, Intl.NumberFormat>();

/** An amount as people read it, e.g. `$1,234.50`. Throws a RangeError when the currency is no ISO 4217 code. */
export const formatMoney = (cents: Cents, currency: string = REPORTING_CURRENCY): string => {
  let format = formats.get(currency);
  if (format === undefined) {
    format = new Intl.NumberFormat('en-US', {
      style: 'currency',
      currency,
      minimumFractionDigits: 2,
      maximumFractionDigits: 2,
    });
    formats.set(currency, format);
  }
  return format.format(numberFromCents(cents));
};

/** `total` shared by `count`, rounded half up to a whole cent; 0 when there is nothing to share by. */
export const averageCents = (total: Cents, count: number): Cents =>
  count === 0 ? 0 : Math.floor((2 * total + count) / (2 * count));
