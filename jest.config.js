const project = (name, pattern, extra = {}) => ({
  displayName: name,
  rootDir: '.',
  testMatch: [`<rootDir>/{packages,services,sandbox,bench,scripts}/**/*.${pattern}.spec.ts`],
  extensionsToTreatAsEsm: ['.ts'],
  testEnvironment: 'node',
  testEnvironmentOptions: {
    customExportConditions: ['ftm-source', 'node', 'node-addons'],
  },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2023', parser: { syntax: 'typescript' } }, module: { type: 'es6' } },
    ],
  },
  modulePathIgnorePatterns: ['/dist/', '<rootDir>/.ftm/'],
  watchman: false,
  ...extra,
});

/** Tiers by suffix: `.unit.spec.ts` needs nothing, `.int.spec.ts` the real parts, `.e2e.spec.ts` the whole system. */
export default {
  projects: [
    project('unit', 'unit'),
    project('int', 'int', { testTimeout: 120_000 }),
    project('e2e', 'e2e', { testTimeout: 300_000 }),
  ],
};
