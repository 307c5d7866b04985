import { columns } from './columns.ts';
import { interfaces, links, paths, titles } from './documents.ts';
import { faces, mended } from './faces.ts';
import { repositoryOf, type Check } from './repository.ts';
import { settings } from './settings.ts';

const long = (start: string, end = ''): string => `${start}${'wörd '.repeat(24)}${end}`;
/** Spelled in two, so that the names of these specs are not taken for settings. */
const setting = (name: string): string => ['FTM', name].join('_');
const page = (...names: string[]): string =>
  `# Settings\n\n## Services\n\n${names.map((name) => `| \`${setting(name)}\` |\n`).join('')}`;

const MEND = '`npm run tidy -- --fix` mends it';
const SHOWING = (...names: readonly string[]): Record<string, string> => {
  const exports = Object.fromEntries(
    names.map((name) => [
      name,
      {
        'ftm-source': `./src/${name.slice(2)}.ts`,
        types: `./dist/${name.slice(2)}.d.ts`,
        default: `./dist/${name.slice(2)}.js`,
      },
    ]),
  );
  return {
    'packages/a/package.json': JSON.stringify({ name: '@ftm/a', version: '1', exports }),
    'packages/a/src/shown.ts': '',
    'packages/a/src/hidden.ts': '',
    'packages/b/package.json': JSON.stringify({ name: '@ftm/b' }),
  };
};

const PLANTED: readonly (readonly [
  what: string,
  check: Check,
  files: Record<string, string>,
  found: string[],
])[] = [
  ['a long comment', columns, { 'scripts/a.ts': long('// ') }, ['scripts/a.ts:1: 123 columns, 120 at most']],
  ['a long sentence', columns, { 'a.md': `# A\n\n${long('No ')}` }, ['a.md:3: 123 columns, 120 at most']],
  [
    'a second title',
    titles,
    { 'a.md': '# A\n\n# B\n' },
    ['a.md:3: one title a document, in its first line; found 2'],
  ],
  ['no title', titles, { 'a.md': 'A\n' }, ['a.md:1: one title a document, in its first line; found 0']],
  [
    'a title further down',
    titles,
    { 'a.md': '\n# A\n' },
    ['a.md:1: one title a document, in its first line; found 1'],
  ],
  [
    'a dead link',
    links,
    { 'docs/a.md': '# A\n[b](b.md)\n' },
    ['docs/a.md:2: the link to b.md leads nowhere'],
  ],
  [
    'a link to a heading that is gone',
    links,
    { 'docs/a.md': '# A\n[b](../b.md#old-name)\n', 'b.md': '# New name\n' },
    ['docs/a.md:2: the link to ../b.md#old-name leads nowhere'],
  ],
  [
    'a path that is gone',
    paths,
    { 'a.md': '# A\n`services/x/gone.ts` `here.ts` `gone.ts`\n', 'services/x/here.ts': '' },
    ['a.md:2: there is no services/x/gone.ts', 'a.md:2: there is no gone.ts'],
  ],
  [
    'an interface that is typed once more',
    interfaces,
    { 'a.md': '# A\n```ts\ninterface Order {\n```\n' },
    ["a.md:3: declares what is code's to declare: interface Order {"],
  ],
  [
    'a setting that is on no page',
    settings,
    { 'docs/settings.md': page(), 'services/x/src/main.ts': `env['${setting('NEW')}']` },
    [`services/x/src/main.ts:1: ${setting('NEW')} is not in docs/settings.md`],
  ],
  [
    'a setting that a document invents',
    settings,
    { 'docs/settings.md': page(), 'docs/a.md': `# A\n\`${setting('OLD')}\`` },
    [`docs/a.md:2: ${setting('OLD')} is not in docs/settings.md`],
  ],
  [
    'a setting that nobody reads but a spec',
    settings,
    {
      'docs/settings.md': page('DEAD'),
      'services/x/src/config.ts': setting('DEAD'),
      'services/x/src/main.unit.spec.ts': setting('DEAD'),
    },
    [`docs/settings.md:5: nobody reads ${setting('DEAD')}`],
  ],
  [
    'a module that another package imports and its own does not show',
    faces,
    { ...SHOWING('./shown'), 'packages/b/src/b.ts': `import '@ftm/a/shown';\nimport '@ftm/a/hidden';` },
    [`packages/b/src/b.ts:2: hidden is not among the exports in packages/a/package.json: ${MEND}`],
  ],
  [
    'a module that is shown and that nobody imports, but its own package',
    faces,
    {
      ...SHOWING('./shown', './hidden'),
      'packages/b/src/b.ts': `import '@ftm/a/shown';`,
      'packages/a/src/a.ts': `import '@ftm/a/hidden';`,
    },
    [`packages/a/package.json:1: nobody imports ./hidden, which is among the exports: ${MEND}`],
  ],
  [
    'all modules shown at once',
    faces,
    { ...SHOWING('./*', './shown'), 'packages/b/src/b.ts': `import '@ftm/a/shown';` },
    [`packages/a/package.json:1: nobody imports ./*, which is among the exports: ${MEND}`],
  ],
];

it.each(PLANTED)('finds %s', (_what, check, files, found) => {
  expect(check(repositoryOf(files))).toEqual(found);
});

const SOUND: readonly (readonly [what: string, check: Check, files: Record<string, string>])[] = [
  ['120 columns', columns, { 'scripts/a.ts': 'ä'.repeat(120) }],
  ['an address that is long', columns, { 'scripts/a.ts': `// https://example.org/${'a'.repeat(120)}` }],
  ['a table that is wide', columns, { 'a.md': `# A\n\n${long('| ', '|')}` }],
  ['the sentence of a spec', columns, { 'scripts/a.unit.spec.ts': long("  it('", "', () => {") }],
  ['what is generated', columns, { 'packages/contracts/src/generated/events.ts': long('// ') }],
  ['a heading in a fence', titles, { 'a.md': '# A\n```sh\n# not a title\n```\n' }],
  [
    'a link to a heading',
    links,
    { 'docs/a.md': '# A\n[b](../b.md#the-way-there)\n', 'b.md': '# B\n## The way, there\n' },
  ],
  [
    'a link to a folder, and away',
    links,
    { 'a.md': '# A\n[b](b/) [c](https://example.org/x)', 'b/c.ts': '' },
  ],
  [
    'a path from the document',
    paths,
    {
      'x/README.md': '# X\n`a.ts` `b/c.ts` `.unit.spec.ts`',
      'x/src/a.ts': '',
      'x/b/c.ts': '',
      'y.unit.spec.ts': '',
    },
  ],
  [
    'code that uses what code declares',
    interfaces,
    { 'a.md': '# A\n```ts\nconst order = make({ type });\n```\n' },
  ],
  [
    'a setting that is read',
    settings,
    { 'docs/settings.md': page('LIVE'), 'services/x/src/main.ts': `config.${setting('LIVE')}` },
  ],
];

it('mends what packages show, and leaves the rest of a manifest', () => {
  const code = { 'packages/b/src/b.ts': `export { a } from '@ftm/a/hidden';\nawait import('@ftm/a/shown');` };
  const before = { ...SHOWING('./*'), ...code };
  const after: Record<string, string> = { ...before, ...Object.fromEntries(mended(repositoryOf(before))) };
  expect(faces(repositoryOf(after))).toEqual([]);
  expect(JSON.parse(after['packages/a/package.json'] ?? '')).toEqual(
    JSON.parse(SHOWING('./hidden', './shown')['packages/a/package.json'] ?? ''),
  );
  expect(mended(repositoryOf(after)).size).toBe(0);
});

it.each(SOUND)('lets %s be', (_what, check, files) => {
  expect(check(repositoryOf(files))).toEqual([]);
});
