/** The directions that imports may take (docs/architecture.md). A new package starts here. */
const internal = (name) => `^packages/${name}/`;
const only = (name, allowed) => ({
  name: `${name}-imports-only-${allowed.length === 0 ? 'itself' : allowed.join('-')}`,
  severity: 'error',
  from: { path: internal(name), pathNot: '\\.spec\\.ts$' },
  to: {
    path: '^(packages|services|sandbox|bench)/',
    pathNot: [internal(name), ...allowed.map(internal)],
  },
});

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'domain-is-pure',
      comment: 'The domain imports contracts and nothing else: no npm package, no node: module.',
      severity: 'error',
      from: { path: internal('domain') + 'src/', pathNot: '\\.spec\\.ts$' },
      to: { pathNot: [internal('domain'), internal('contracts')] },
    },
    only('contracts', []),
    only('postgres', []),
    only('runtime', []),
    only('pii', []),
    only('report', []),
    only('dataset', ['contracts', 'report']),
    only('object-store', []),
    only('orchestrator', ['pii']),
    only('audit', ['contracts']),
    only('evidence', ['audit', 'contracts', 'domain', 'report']),
    only('event-log', ['contracts']),
    only('projection', ['contracts', 'event-log', 'postgres', 'runtime']),
    only('client', []),
    only('cli', [
      'audit',
      'client',
      'contracts',
      'dataset',
      'domain',
      'event-log',
      'evidence',
      'orchestrator',
      'runtime',
    ]),
    {
      name: 'a-service-never-imports-a-service',
      severity: 'error',
      from: { path: '^services/([^/]+)/' },
      to: { path: '^services/', pathNot: '^services/$1/' },
    },
    {
      name: 'packages-never-import-services',
      severity: 'error',
      from: { path: '^packages/' },
      to: { path: '^(services|sandbox|bench)/' },
    },
    {
      name: 'testing-is-for-specs',
      severity: 'error',
      from: { path: '^(packages|services)/', pathNot: ['\\.spec\\.ts$', internal('testing')] },
      to: { path: internal('testing') },
    },
    {
      name: 'production-code-never-imports-the-sandbox',
      severity: 'error',
      from: { path: '^(packages|services)/', pathNot: ['\\.spec\\.ts$', internal('testing')] },
      to: { path: '^sandbox/' },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|node_modules)/' },
    enhancedResolveOptions: {
      conditionNames: ['ftm-source', 'import', 'require', 'node', 'default'],
      exportsFields: ['exports'],
    },
    tsConfig: { fileName: 'tsconfig.base.json' },
  },
};
