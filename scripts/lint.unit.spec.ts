/** The rules of `eslint.config.js` are about files that exist, and fire on planted code. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { ESLint, type Linter } from 'eslint';

const ROOT = join(import.meta.dirname, '..');
const CONFIG: string = join(ROOT, 'eslint.config.js');
const { default: config } = (await import(CONFIG)) as { default: Linter.Config[] };

const CODE = ['**/*.ts', '**/*.js', '**/*.mjs', '**/*.cjs'];

const repository = execFileSync('git', ['ls-files', ...CODE.map((each) => each.slice(3))], { cwd: ROOT })
  .toString()
  .trim()
  .split('\n');

it.each([...new Set(config.flatMap(({ files = [] }) => files.flat()))])(
  'has files that %s is about',
  async (pattern) => {
    if (repository.includes(pattern)) return;
    const overrideConfig = [{ files: CODE }, { files: [pattern], settings: { matched: true } }];
    const eslint = new ESLint({ cwd: ROOT, overrideConfigFile: true, overrideConfig });
    for (const file of repository) {
      const found = (await eslint.calculateConfigForFile(file)) as Linter.Config | undefined;
      if (found?.settings?.['matched'] === true) return;
    }
    throw new Error(`no file matches ${pattern}`);
  },
);

/** For each rule that this repository sets itself, code that it must find. */
const PLANTS: Readonly<Record<string, string>> = {
  'no-console': `console.log('here');`,
  complexity: `export const is = (a: number) => ${listed(21, (n) => `a === ${n}`).join(' || ')};`,
  'max-lines': `export let value = 0;\n${listed(400, () => 'value += 1;').join('\n')}`,
  'max-lines-per-function': `export function f(a: () => void) {\n${listed(70, () => 'a();').join('\n')}\n}`,
  'max-params': `export const f = (a: number, b: number, c: number, d: number, e: number) => a + b + c + d + e;`,
  '@typescript-eslint/switch-exhaustiveness-check': `export const is = (a: 'b' | 'c') => { switch (a) { case 'b': } };`,
  '@typescript-eslint/consistent-type-imports': `import { Server } from 'node:http'; export type S = Server;`,
  '@typescript-eslint/restrict-template-expressions': 'export const text = (a: object) => `${a}`;',
  '@typescript-eslint/no-confusing-void-expression': `export const none = (a: () => void) => { const b = a(); };`,
  '@typescript-eslint/no-namespace': `namespace Planted { export const value = 1; }\nexport const { value } = Planted;`,
  '@typescript-eslint/no-non-null-assertion': `export const head = (all: number[]) => all[0]!;`,
  '@typescript-eslint/no-unused-vars': `const forgotten = 1;`,
  '@typescript-eslint/no-explicit-any': `export const is = (value: any) => value === 1;`,
  '@typescript-eslint/no-floating-promises': `export const go = (a: () => Promise<void>) => { a(); };`,
};

it('fires each rule that this repository sets itself on planted code', async () => {
  // What comes with a name is a preset of somebody else.
  const own = config
    .filter(({ name }) => name === undefined)
    .flatMap(({ rules = {} }) => Object.entries(rules));
  const set = own.filter(([, value]) => value !== 'off').map(([rule]) => rule);
  // Of one package: a program of all the others is not wanted for a line of planted code.
  const parserOptions = { project: null, projectService: true };
  const eslint = new ESLint({
    cwd: ROOT,
    overrideConfig: { files: ['**/*.ts'], languageOptions: { parserOptions } },
    // As configured here; what the presets would find besides is not asked.
    ruleFilter: ({ ruleId }) => set.includes(ruleId),
  });
  for (const rule of new Set(set)) {
    const [result] = await eslint.lintText(PLANTS[rule] ?? '', {
      filePath: 'packages/runtime/src/config.ts',
    });
    const found = result?.messages.map(({ ruleId }) => ruleId) ?? [];
    expect({ rule, found: found.filter((each) => each === rule) }).toEqual({ rule, found: [rule] });
  }
}, 60_000);

it('excepts no file from a limit that it keeps', async () => {
  const { rules } = config.find((each) => each.rules?.['max-params'] !== undefined) ?? {};
  const limits = {
    'max-lines-per-function': rules?.['max-lines-per-function'],
    'max-params': rules?.['max-params'],
  };
  const parser = (await import('typescript-eslint')).parser as Linter.Parser;
  const overrideConfig = { files: CODE, languageOptions: { parser }, rules: limits } as Linter.Config;
  const eslint = new ESLint({ cwd: ROOT, overrideConfigFile: true, overrideConfig });
  const excepted = config.filter(
    ({ files }) => files?.every((each) => repository.includes(String(each))) ?? false,
  );
  for (const { files = [], rules: off = {} } of excepted) {
    const found = await eslint.lintFiles(files.flat());
    const kept = found.filter(({ messages }) => !messages.some(({ ruleId }) => String(ruleId) in off));
    expect({ off, kept: kept.map(({ filePath }) => filePath) }).toEqual({ off, kept: [] });
  }
  expect(excepted.length).toBeGreaterThan(0);
}, 60_000);

function listed(length: number, item: (n: number) => string): string[] {
  return Array.from({ length }, (_, n) => item(n));
}
