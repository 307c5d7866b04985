/**
 * The directions that imports may take (docs/architecture.md). A new package starts here.
 * `scripts/boundaries.unit.spec.ts` plants an import against each rule and sees it fire.
 */
const internal = (name) => `^packages/${name}/`;

/** Code that runs while something is tested: specs, and what `testing` folders give them. */
const tests = ['\\.spec\\.ts$', '/testing/'];

const only = (name, allowed) => ({
  name: `${name}-imports-only-${allowed.length === 0 ? 'itself' : allowed.join('-')}`,
  severity: 'error',
  from: { path: internal(name), pathNot: '\\.spec\\.ts$' },
  to: {
    path: '^(packages|services|sandbox|bench|scripts)/',
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
    only('orchestrator', ['contracts']),
    only('audit', ['contracts']),
    only('api', ['contracts', 'domain', 'pii']),
    only('evidence', ['api', 'audit', 'contracts', 'domain', 'report']),
    only('event-log', ['contracts', 'runtime']),
    only('commands', ['contracts', 'domain', 'event-log', 'runtime']),
    only('read-models', ['contracts', 'domain', 'postgres']),
    only('projection', ['contracts', 'event-log', 'postgres', 'runtime']),
    only('cli', [
      'api',
      'audit',
      'contracts',
      'dataset',
      'domain',
      'event-log',
      'evidence',
      'object-store',
      'orchestrator',
      'postgres',
      'report',
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
      to: { path: '^(services|sandbox|bench|scripts)/' },
    },
    {
      name: 'testing-is-for-specs',
      comment: 'A measurement (bench) may use it too: it needs databases and labeled data as specs do.',
      severity: 'error',
      from: { path: '^(packages|services|sandbox|scripts)/', pathNot: tests },
      to: { path: '/testing/' },
    },
    {
      name: 'production-code-imports-no-sandbox-bench-or-script',
      severity: 'error',
      from: { path: '^(packages|services)/', pathNot: tests },
      to: { path: '^(sandbox|bench|scripts)/' },
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
