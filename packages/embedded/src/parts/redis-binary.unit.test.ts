import { expect, test } from 'vitest';
import { isRecentRedis } from './redis-binary.ts';

test.each([
  ['Redis server v=6.2.6 sha=00000000:0 malloc=jemalloc-5.1.0 bits=64', true],
  ['Redis server v=7.0.15 sha=00000000:0', true],
  ['Redis server v=6.0.16 sha=00000000:0', false],
  ['Redis server v=5.0.14', false],
  ['', false],
])('%s', (output, recent) => {
  expect(isRecentRedis(output)).toBe(recent);
});
