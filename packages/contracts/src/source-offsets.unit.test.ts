import { expect, it } from 'vitest';
import { hasReached } from './source-offsets.ts';

const offsets = [
  { topic: 'dom.order.placed.v1', partition: 2, offset: 10 },
  { topic: 'dom.customer.profile.upsert.v1', partition: 2, offset: 3 },
];

it.each([
  [{ topic: 'dom.order.placed.v1', partition: 2, offset: 9 }, true],
  [{ topic: 'dom.order.placed.v1', partition: 2, offset: 10 }, true],
  [{ topic: 'dom.order.placed.v1', partition: 2, offset: 11 }, false],
  [{ topic: 'dom.order.placed.v1', partition: 1, offset: 0 }, false],
  [{ topic: 'dom.activation.delivery.status.v1', partition: 2, offset: 0 }, false],
])('%o is reached: %s', (place, reached) => {
  expect(hasReached(offsets, place)).toBe(reached);
});
