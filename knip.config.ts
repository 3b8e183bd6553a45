import type { KnipConfig } from 'knip';

/**
 * What is reached from outside the import graph. Everything else that nothing imports is reported, exports of
 * packages included: they have no users but the workspaces here.
 */
const config: KnipConfig = {
  includeEntryExports: false,
  workspaces: {
    '.': { entry: ['*.config.ts', '.dependency-cruiser.cjs'] },
    'packages/*': { entry: ['src/**/*.test.ts'] },
    'services/*': { entry: ['src/main.ts', 'src/**/*.worker.ts', 'src/**/*.test.ts', 'src/public/**/*.js'] },
    scripts: { entry: ['src/*.ts'] },
    tests: { entry: ['src/**/*.test.ts', 'src/*.setup.ts'] },
    bench: { entry: ['src/main.ts', 'src/**/*.test.ts'] },
  },
};

export default config;
