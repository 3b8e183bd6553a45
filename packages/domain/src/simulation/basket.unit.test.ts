import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainContent } from '../testing/fold-events.ts';
import { drawBasket } from './basket.ts';
import { createRandom } from './random.ts';

const { catalogue } = plainContent;
const cheapest = Math.min(...catalogue.map(({ unit_price }) => unit_price));

describe('drawBasket', () => {
  it('never costs more than asked for, unless the cheapest product does', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(300_000), (seed, value) => {
        const items = drawBasket(createRandom(seed), catalogue, value);
        const total = items.reduce((sum, { quantity, unit_price }) => sum + quantity * unit_price, 0);
        expect(total).toBeLessThanOrEqual(Math.max(value, cheapest));
        expect(items.length).toBeGreaterThanOrEqual(1);
        expect(items.length).toBeLessThanOrEqual(5);
        expect(new Set(items.map(({ sku }) => sku)).size).toBe(items.length);
        for (const { quantity } of items) expect(quantity).toBeGreaterThanOrEqual(1);
      }),
    );
  });

  it('comes close to what was asked for', () => {
    const random = createRandom(1);
    for (const value of [5_000, 20_000, 100_000]) {
      const totals = Array.from({ length: 200 }, () =>
        drawBasket(random, catalogue, value).reduce((sum, item) => sum + item.quantity * item.unit_price, 0),
      );
      expect(totals.reduce((sum, total) => sum + total, 0) / totals.length).toBeGreaterThan(0.85 * value);
    }
  });
});
