import { dirname, posix } from 'node:path';
import type { Check, Repository } from './repository.ts';

const CODE = /\.(ts|mjs|cjs|js)$/;
/** A module of a package, as another imports it. */
const MODULE = /(?:from |import\(|import |resolve\()['"](@ftm\/[\w-]+)\/([\w./-]+)['"]/g;

/** How each module is found: the source where code is run from it, else what was built of it. */
const face = (module: string): Readonly<Record<string, string>> => ({
  'ftm-source': `./src/${module}.ts`,
  types: `./dist/${module}.d.ts`,
  default: `./dist/${module}.js`,
});

interface Manifest {
  readonly name?: string;
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}

/** What a package shows is what its manifest names: what others import, each module by its name, and nothing else. */
export const faces: Check = (repository) => [...wanted(repository)].flatMap((each) => problemsOf(each));

/** Manifests whose faces are not as they should be, with what should stand there. */
export const mended = (repository: Repository): ReadonlyMap<string, string> =>
  new Map(
    [...wanted(repository)]
      .filter((each) => problemsOf(each).length > 0)
      .map(({ path, manifest, modules }) => [path, textOf(manifest, [...modules.keys()])]),
  );

interface Wanted {
  readonly path: string;
  readonly manifest: Manifest;
  /** What others import → the first place that does. */
  readonly modules: ReadonlyMap<string, string>;
}

function* wanted(repository: Repository): Generator<Wanted> {
  const places = importsOf(repository);
  for (const path of repository.paths.filter((each) => each.endsWith('/package.json'))) {
    const manifest = JSON.parse(repository.read(path)) as Manifest;
    const modules = places.get(manifest.name ?? '') ?? new Map<string, string>();
    if (manifest.name?.startsWith('@ftm/') === true) yield { path, manifest, modules };
  }
}

/** Package → module → the first place that imports it from outside of the package. */
function importsOf(repository: Repository): Map<string, Map<string, string>> {
  const found = new Map<string, Map<string, string>>();
  const homes = new Map(
    repository.paths
      .filter((path) => path.endsWith('/package.json'))
      .map((path) => [(JSON.parse(repository.read(path)) as Manifest).name, dirname(path)]),
  );
  for (const path of repository.paths.filter((each) => CODE.test(each)))
    repository
      .read(path)
      .split('\n')
      .forEach((line, index) => {
        for (const [, name = '', module = ''] of line.matchAll(MODULE)) {
          const home = homes.get(name);
          if (home === undefined || path.startsWith(`${home}/`)) continue;
          // Planted in a spec of the boundaries, for one: what is not there is the compiler's to find.
          if (!repository.paths.includes(posix.join(home, 'src', `${module}.ts`))) continue;
          const modules = found.get(name) ?? new Map<string, string>();
          if (!modules.has(module)) modules.set(module, `${path}:${index + 1}`);
          found.set(name, modules);
        }
      });
  return found;
}

const MEND = '`npm run tidy -- --fix` mends it';

function problemsOf({ path, manifest, modules }: Wanted): string[] {
  const shown = manifest.exports ?? {};
  const missing = [...modules]
    .filter(([module]) => JSON.stringify(shown[`./${module}`]) !== JSON.stringify(face(module)))
    .map(([module, place]) => `${place}: ${module} is not among the exports in ${path}: ${MEND}`);
  const unused = Object.keys(shown)
    .filter((name) => !modules.has(name.slice('./'.length)))
    .map((name) => `${path}:1: nobody imports ${name}, which is among the exports: ${MEND}`);
  return [...missing, ...unused];
}

/** The manifest with these faces, in the place that they had. */
function textOf(manifest: Manifest, modules: readonly string[]): string {
  const exports = Object.fromEntries(modules.toSorted().map((module) => [`./${module}`, face(module)]));
  const { exports: _, ...rest } = manifest;
  const whole = 'exports' in manifest ? { ...manifest, exports } : { ...rest, exports };
  const { exports: kept, ...without } = whole;
  return `${JSON.stringify(modules.length === 0 ? without : { ...whole, exports: kept }, null, 2)}\n`;
}
