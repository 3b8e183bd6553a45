import { expect, it } from 'vitest';
import { lastHeldUp } from './recovery.ts';

it('takes the last order that was on its way for long and arrived after the kill', () => {
  const journeys = [
    { sentAt: 100, seenAt: 900 }, // Slow, but before the kill.
    { sentAt: 950, seenAt: 3000 },
    { sentAt: 1200, seenAt: 3100 },
    { sentAt: 3050, seenAt: 3150 }, // As quick as ever.
  ];
  expect(lastHeldUp(journeys, 1000)).toBe(3100);
  expect(lastHeldUp(journeys.slice(3), 1000)).toBe(1000);
});
