import { linesOf, type Check, type Repository } from './repository.ts';

const PAGE = 'docs/settings.md';
const NAME = /\bFTM_[A-Z0-9]+(?:_[A-Z0-9]+)*\b/g;
const MENTIONING = /\.(ts|js|mjs|cjs|md|yml|yaml|sh|py|go)$/;
const TESTS = /(\.spec\.ts$|\/testing\/)/;

/** A setting that somebody reads or names is on the page of settings, and what is on it somebody reads. */
export const settings: Check = (repository) => {
  const documented = settingsOf(repository);
  const names = new Set(documented.map(({ name }) => name));
  const used = mentions(repository);
  const unknown = [...used].flatMap(([name, places]) =>
    names.has(name) ? [] : [`${places[0] ?? ''}: ${name} is not in ${PAGE}`],
  );
  const unread = documented
    .filter(({ name, of }) => !(used.get(name) ?? []).some((place) => reads(place, of)))
    .map(({ name, line }) => `${PAGE}:${line}: nobody reads ${name}`);
  return [...unknown, ...unread];
};

/** A service's setting is read where the service runs; what declares or describes it does not read it. */
function reads(place: string, section: string): boolean {
  const [path = ''] = place.split(':');
  if (path.endsWith('.md') || path.startsWith('scripts/generate/') || path.endsWith('/config.ts'))
    return false;
  return section !== 'Services' || (/^(services|packages)\//.test(path) && !TESTS.test(path));
}

function settingsOf(repository: Repository): { name: string; of: string; line: number }[] {
  let section = '';
  return linesOf(repository.read(PAGE)).flatMap(({ text, number }) => {
    section = /^## (.*)/.exec(text)?.[1] ?? section;
    const name = /^\| `(FTM_\w+)`/.exec(text)?.[1];
    return name === undefined ? [] : [{ name, of: section, line: number }];
  });
}

/** By name, every place `path:line`. */
function mentions(repository: Repository): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const path of repository.paths.filter((each) => MENTIONING.test(each) && each !== PAGE))
    for (const { text, number } of linesOf(repository.read(path)))
      for (const [name] of text.matchAll(NAME))
        found.set(name, [...(found.get(name) ?? []), `${path}:${number}`]);
  return found;
}
