const project = (name, pattern) => ({
  displayName: name,
  rootDir: '.',
  testMatch: [`<rootDir>/{packages,services,sandbox,bench,scripts}/**/*.${pattern}.spec.ts`],
  extensionsToTreatAsEsm: ['.ts'],
  testEnvironment: '<rootDir>/scripts/environment-for-specs.mjs',
  testEnvironmentOptions: { customExportConditions: ['ftm-source', 'node', 'node-addons'] },
  transform: {
    '^.+\\.ts$': [
      '<rootDir>/scripts/transform-for-specs.mjs',
      { jsc: { target: 'es2023', parser: { syntax: 'typescript' } }, module: { type: 'es6' } },
    ],
  },
  globalSetup: '<rootDir>/scripts/compile-for-specs.mjs',
  modulePathIgnorePatterns: ['/dist/', '<rootDir>/.ftm/'],
});

/** Tiers by suffix: `.unit.spec.ts` needs nothing, `.int.spec.ts` the real parts, `.e2e.spec.ts` the whole system. */
export default {
  watchman: false,
  // When a spec counts as hanging, not how long it may take: `npm test` gives each tier its own.
  testTimeout: 60_000,
  projects: [project('unit', 'unit'), project('int', 'int'), project('e2e', 'e2e')],
};
