/**
 * Every boundary rule fires: an import that it forbids is planted in a small copy of the repository, and found by its
 * name.
 */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';

const ROOT = join(import.meta.dirname, '..');
const AREAS = ['packages', 'services', 'sandbox', 'bench', 'scripts'];

/** The floors of the house, from the ground up (docs/architecture.md): a package imports from floors below its own. */
const FLOORS: readonly (readonly string[])[] = [
  ['contracts', 'object-store', 'pii', 'postgres', 'report', 'runtime'],
  ['audit', 'dataset', 'domain', 'event-log', 'orchestrator'],
  ['api', 'commands', 'projection', 'read-models'],
  ['evidence'],
  ['cli'],
];

/** A file, what it imports, and the rule that says no; null: nothing says no. */
interface Plant {
  rule: string | null;
  file: string;
  imports: string;
}

const PLANTS: readonly Plant[] = [
  { rule: 'no-cycles', file: 'packages/runtime/src/here.ts', imports: './there.ts' },
  { rule: 'resolvable', file: 'services/runners/src/lost.ts', imports: './nowhere.ts' },
  { rule: 'domain-is-pure', file: 'packages/domain/src/clock.ts', imports: 'node:os' },
  { rule: 'domain-is-pure', file: 'packages/domain/src/wire.ts', imports: 'express' },
  { rule: null, file: 'packages/domain/src/clock.unit.spec.ts', imports: 'node:os' },
  { rule: null, file: 'packages/domain/src/event.ts', imports: '@ftm/contracts/planted' },
  {
    rule: 'a-service-never-imports-a-service',
    file: 'services/projector/src/short-cut.ts',
    imports: '@ftm/runners/planted',
  },
  { rule: null, file: 'services/projector/src/own.ts', imports: './planted.ts' },
  {
    rule: 'packages-never-import-services',
    file: 'packages/report/src/upwards.ts',
    imports: '@ftm/command-api/planted',
  },
  {
    rule: 'production-code-imports-no-sandbox-bench-or-script',
    file: 'services/runners/src/simulated.ts',
    imports: '@ftm/sandbox/planted',
  },
  {
    rule: 'production-code-imports-no-sandbox-bench-or-script',
    file: 'services/runners/src/measured.ts',
    imports: '@ftm/bench/planted',
  },
  {
    rule: 'production-code-imports-no-sandbox-bench-or-script',
    file: 'services/runners/src/scripted.ts',
    imports: '../../../scripts/planted.ts',
  },
  { rule: null, file: 'services/runners/src/planted.int.spec.ts', imports: '@ftm/sandbox/planted' },
  {
    rule: 'testing-is-for-specs',
    file: 'packages/postgres/src/lazy.ts',
    imports: './testing/planted.ts',
  },
  {
    rule: 'testing-is-for-specs',
    file: 'services/command-api/src/lazy.ts',
    imports: '@ftm/postgres/testing/planted',
  },
  {
    rule: 'testing-is-for-specs',
    file: 'services/command-api/src/model/lazy.ts',
    imports: './testing/planted.ts',
  },
  {
    rule: 'testing-is-for-specs',
    file: 'sandbox/src/lazy.ts',
    imports: '@ftm/postgres/testing/planted',
  },
  {
    rule: null,
    file: 'services/command-api/src/lazy.unit.spec.ts',
    imports: '@ftm/postgres/testing/planted',
  },
  {
    rule: null,
    file: 'services/command-api/src/model/testing/lab.ts',
    imports: '@ftm/postgres/testing/planted',
  },
  { rule: null, file: 'bench/src/database.ts', imports: '@ftm/postgres/testing/planted' },
];

interface Rule {
  name: string;
  from: { path?: string };
  to: { pathNot?: string[] };
}
interface Violation {
  from: string;
  to: string;
  rule: { name: string };
}

const { forbidden } = createRequire(import.meta.url)('../.dependency-cruiser.cjs') as { forbidden: Rule[] };
const ruleOf = (name: string): Rule | undefined =>
  forbidden.find((rule) => rule.from.path === `^packages/${name}/` && rule.name.includes('-imports-only-'));
const mayImport = (name: string): readonly string[] =>
  FLOORS.flat().filter((other) => ruleOf(name)?.to.pathNot?.includes(`^packages/${other}/`));

let tree: string;
let packages: string[];
let violations: Violation[];

beforeAll(async () => {
  tree = await mkdtemp(join(tmpdir(), 'ftm-boundaries-'));
  packages = await readdir(join(ROOT, 'packages'));
  const services = (await readdir(join(ROOT, 'services'))).map((name) => `services/${name}`);
  const workspaces = [...packages.map((name) => `packages/${name}`), ...services, 'sandbox', 'bench'];
  await cp(join(ROOT, 'tsconfig.base.json'), join(tree, 'tsconfig.base.json'));
  await mkdir(join(tree, 'node_modules/@ftm'), { recursive: true });
  for (const workspace of workspaces) await furnish(workspace);
  await write('scripts/planted.ts', []);
  await write('packages/runtime/src/there.ts', ['./here.ts']);
  await write('services/command-api/src/model/testing/planted.ts', []);
  for (const { file, imports } of PLANTS) await write(file, [imports]);
  for (const name of packages) await write(`packages/${name}/src/all.ts`, othersOf(name).map(planted));
  violations = await cruise(tree);
}, 60_000);

afterAll(() => rm(tree, { recursive: true, force: true }));

it('has a planted import for every rule', () => {
  const exercised = new Set([
    ...PLANTS.map(({ rule }) => rule),
    ...packages.map((name) => ruleOf(name)?.name),
  ]);
  expect(forbidden.map(({ name }) => name).filter((name) => !exercised.has(name))).toEqual([]);
});

it.each(PLANTS.filter(({ rule }) => rule !== null))('$rule: $file imports $imports', ({ rule, file }) => {
  expect(namesOf(violations.filter(({ from }) => from === file))).toContain(rule);
});

it.each(PLANTS.filter(({ rule }) => rule === null))('$file may import $imports', ({ file }) => {
  expect(namesOf(violations.filter(({ from }) => from === file))).toEqual([]);
});

it('knows the floor of every package', () => {
  expect(packages.filter((name) => !FLOORS.flat().includes(name))).toEqual([]);
});

it('finds every package in the architecture', async () => {
  const page = await readFile(join(ROOT, 'docs/architecture.md'), 'utf8');
  expect(packages.filter((name) => !page.includes(`| \`packages/${name}\``))).toEqual([]);
});

it('has a rule for every package, which lets it import from lower floors only', () => {
  const floorOf = (name: string): number => FLOORS.findIndex((floor) => floor.includes(name));
  for (const name of packages.filter((each) => each !== 'domain'))
    expect({
      name,
      rule: ruleOf(name) !== undefined,
      upwards: mayImport(name).filter((other) => other !== name && floorOf(other) >= floorOf(name)),
    }).toEqual({ name, rule: true, upwards: [] });
});

it('refuses every import of a package that the rule of another does not name, and no other', () => {
  for (const name of packages.filter((each) => each !== 'domain')) {
    const refused = violations
      .filter(({ from, rule }) => from === `packages/${name}/src/all.ts` && rule.name === ruleOf(name)?.name)
      .map(({ to }) => to.split('/')[1]);
    const expected = othersOf(name).filter((other) => !mayImport(name).includes(other));
    expect({ name, refused: refused.sort() }).toEqual({ name, refused: expected.sort() });
  }
});

/** A workspace with its real `package.json`, so that its exports hold, and nothing in it but a file to import. */
async function furnish(workspace: string): Promise<void> {
  const manifest = await readFile(join(ROOT, workspace, 'package.json'), 'utf8');
  const { name, ...rest } = JSON.parse(manifest) as { name: string };
  await write(`${workspace}/src/planted.ts`, []);
  await write(`${workspace}/src/testing/planted.ts`, []);
  // What is planted is no module that anybody shows.
  const exports = { './*': './src/*.ts' };
  await writeFile(join(tree, workspace, 'package.json'), JSON.stringify({ ...rest, name, exports }));
  await symlink(join(tree, workspace), join(tree, 'node_modules', name));
}

async function write(file: string, imports: readonly string[]): Promise<void> {
  await mkdir(dirname(join(tree, file)), { recursive: true });
  const lines = imports.map((each) => `import '${each}';\n`);
  await writeFile(join(tree, file), `${lines.join('')}export const planted = true;\n`);
}

function cruise(cwd: string): Promise<Violation[]> {
  const bin = join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const config = join(ROOT, '.dependency-cruiser.cjs');
  const args = [bin, '--config', config, '--output-type', 'json', ...AREAS];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { cwd, maxBuffer: 64 << 20 }, (_error, stdout, stderr) => {
      // It ends with the number of violations, which are what is wanted: only an answer that is none is an error.
      try {
        resolve((JSON.parse(stdout) as { summary: { violations: Violation[] } }).summary.violations);
      } catch {
        reject(new Error(stderr));
      }
    });
  });
}

function othersOf(name: string): string[] {
  return packages.filter((other) => other !== name);
}

function planted(name: string): string {
  return `@ftm/${name}/planted`;
}

function namesOf(found: readonly Violation[]): string[] {
  return found.map(({ rule }) => rule.name);
}
