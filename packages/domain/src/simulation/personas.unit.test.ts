import { describe, expect, it } from 'vitest';
import { drawOrders, PERSONAS, personaOfCustomer } from './personas.ts';
import { createRandom } from './random.ts';

describe('personas', () => {
  it('are all among any 25 customers in a row, in proportion over many', () => {
    for (let seed = 0; seed < 20; seed += 1) {
      const names = Array.from({ length: 1_000 }, (_, index) => personaOfCustomer(seed, index).name);
      for (let start = 0; start + 25 <= names.length; start += 25) {
        expect(new Set(names.slice(start, start + 25)).size).toBe(PERSONAS.length);
      }
      for (const { name, weight } of PERSONAS) {
        const share = names.filter((other) => other === name).length / names.length;
        expect(Math.abs(share - weight / 100)).toBeLessThan(0.01);
      }
    }
  });

  it('weigh a hundred together', () => {
    expect(PERSONAS.reduce((sum, { weight }) => sum + weight, 0)).toBe(100);
  });

  it('order as often as their leaving says', () => {
    const random = createRandom(9);
    for (const persona of PERSONAS) {
      const orders = Array.from({ length: 5_000 }, () => drawOrders(random, persona));
      const average = orders.reduce((sum, count) => sum + count, 0) / orders.length;
      const expected = persona.orders_per_month === 0 ? 0 : 1 / persona.leaves_after_order;
      expect(Math.abs(average - expected)).toBeLessThanOrEqual(0.06 * expected);
    }
  });
});
