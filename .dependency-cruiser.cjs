/** The one-way rule of the house: services → stream, lakehouse → contracts, platform → domain. */
const packagesBelow = {
  domain: [],
  platform: ['domain'],
  contracts: ['domain', 'platform'],
  stream: ['contracts', 'platform', 'domain'],
  lakehouse: ['contracts', 'platform', 'domain'],
  'table-sink': ['lakehouse', 'stream', 'contracts', 'platform', 'domain'],
  embedded: ['platform'],
};

const onlyDownwards = Object.entries(packagesBelow).map(([name, below]) => ({
  name: `${name}-depends-only-downwards`,
  severity: 'error',
  comment: `packages/${name} may import only ${below.length === 0 ? 'itself' : `itself and ${below.join(', ')}`}.`,
  from: { path: `^packages/${name}/`, pathNot: '\\.test\\.ts$' },
  to: {
    path: '^(packages|services|scripts|tests|bench)/',
    pathNot: `^packages/(${[name, ...below].join('|')})/`,
  },
}));

module.exports = {
  forbidden: [
    ...onlyDownwards,
    {
      name: 'services-stand-alone',
      severity: 'error',
      comment: 'A service never imports another service: services talk through topics.',
      from: { path: '^services/([^/]+)/' },
      to: { path: '^services/', pathNot: '^services/$1/' },
    },
    {
      name: 'services-import-packages-only',
      severity: 'error',
      from: { path: '^services/', pathNot: '\\.test\\.ts$' },
      to: { path: '^(scripts|tests|bench|packages/embedded)/' },
    },
    {
      name: 'one-module-imports-kafkajs',
      severity: 'error',
      comment: 'kafkajs is unmaintained and has to be replaceable: only the client module knows it.',
      from: { pathNot: '^packages/stream/src/kafka/kafkajs/' },
      to: { path: 'node_modules/kafkajs/' },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(public|generated)/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      extensions: ['.ts', '.js', '.json'],
    },
  },
};
