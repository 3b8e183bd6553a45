import { defineConfig } from 'vitest/config';

const everywhere = (kind: string) => [`{packages,services,scripts,tests,bench}/**/*.${kind}.test.ts`];

/**
 * Four kinds of test, told apart by the file's name. Only `unit` runs without Kafka; the others share one
 * embedded stack, started before the first file and stopped after the last.
 */
const withStack = (kind: string, timeout: number) => ({
  test: {
    name: kind,
    include: everywhere(kind),
    globalSetup: ['tests/src/embedded-stack.setup.ts', 'tests/src/shared-pipeline.setup.ts'],
    testTimeout: timeout,
    hookTimeout: 120_000,
    // Two cores carry the broker too: files that share it run one after the other.
    fileParallelism: false,
  },
});

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: everywhere('unit') } },
      withStack('int', 60_000),
      withStack('fault', 180_000),
      withStack('e2e', 120_000),
    ],
  },
});
