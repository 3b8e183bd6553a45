import type { KnipConfig } from 'knip';

/** What is reached from outside the import graph; everything else that nothing imports is reported. */
const config: KnipConfig = {
  // Util-linux: a test fills a small file system of its own, where it may mount one.
  ignoreBinaries: ['mount', 'umount'],
  // An address of the web app, not a file.
  ignoreUnresolved: ['/assets/charts/uPlot.esm.js'],
  workspaces: {
    'packages/*': { entry: ['src/**/*.test.ts'] },
    'packages/table-sink': {},
    'services/*': { entry: ['src/**/*.worker.ts', 'src/**/*.test.ts'] },
    'services/producer': { entry: ['src/**/*.test.ts'] },
    'services/gold-publisher': { entry: ['src/**/*.test.ts'] },
    'services/live': { entry: ['src/**/*.test.ts'] },
    'services/monitor': { entry: ['src/**/*.test.ts', 'src/testing/monitor-worker.ts'] },
    // The browser loads these scripts, which import the others.
    'services/webapp': { entry: ['src/**/*.test.ts', 'public/main.js', 'public/campaigns.js'] },
    scripts: { entry: ['src/*.ts'] },
    tests: {
      entry: ['src/**/*.test.ts', 'src/*.setup.ts', 'faults/**/*.test.ts', 'faults/print-recoveries.ts'],
      project: ['src/**', 'faults/**'],
    },
    bench: { entry: ['**/*.test.ts', 'lakehouse/ours.ts'] },
  },
};

export default config;
