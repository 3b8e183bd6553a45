import { expect, it } from 'vitest';
import { newClusterId } from './kafka-cluster-id.ts';

it('never begins with a dash, which made one first start in 64 fail', () => {
  const ids = [Buffer.alloc(16, 0xff).fill(0xf8, 0, 1), Buffer.alloc(16, 1)];
  expect(ids[0]?.toString('base64url').startsWith('-')).toBe(true);
  expect(newClusterId(() => ids.shift()!)).toBe(Buffer.alloc(16, 1).toString('base64url'));
});
