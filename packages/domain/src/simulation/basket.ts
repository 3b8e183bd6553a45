import type { Cents } from '../money.ts';
import type { OrderItem } from '../order.ts';
import type { Product } from './company-content.ts';
import { integerBetween, pick, type Random } from './random.ts';

const lineOf = ({ sku, name, category, unit_price }: Product, quantity: number): OrderItem => ({
  sku,
  name,
  category,
  quantity,
  unit_price,
});

const MOST_LINES = 5;
const MOST_PIECES = 3;
/** A line begins with something that takes at least this share of what is left, if there is such a thing. */
const WORTHWHILE_SHARE = 0.25;

/**
 * A basket worth about `value`, never more unless the cheapest product alone is: one to five lines, dear ones
 * first, no product twice.
 */
export const drawBasket = (
  random: Random,
  catalogue: readonly Product[],
  value: Cents,
): readonly OrderItem[] => {
  const items: OrderItem[] = [];
  let left = value;
  while (items.length < MOST_LINES) {
    const affordable = catalogue.filter(
      ({ sku, unit_price }) => unit_price <= left && !items.some((item) => item.sku === sku),
    );
    const worthwhile = affordable.filter(({ unit_price }) => unit_price >= left * WORTHWHILE_SHARE);
    const choice = worthwhile.length > 0 ? worthwhile : affordable;
    if (choice.length === 0) break;
    const product = pick(random, choice);
    const pieces = Math.min(integerBetween(random, 1, MOST_PIECES), Math.floor(left / product.unit_price));
    items.push(lineOf(product, pieces));
    left -= pieces * product.unit_price;
  }
  if (items.length > 0) return items;
  const cheapest = catalogue.reduce((least, product) =>
    product.unit_price < least.unit_price ? product : least,
  );
  return [lineOf(cheapest, 1)];
};
