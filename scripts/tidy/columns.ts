import { linesOf, type Check } from './repository.ts';

/** Prettier wraps at 110 where it can; a line of a comment or a text that it leaves alone has a little more. */
export const MAX_COLUMNS = 120;

const CODE = /\.(ts|js|mjs|cjs|py|go|yml)$/;

/** By path: what nobody types, or what could not be shorter. */
const LEFT_OUT: readonly (readonly [path: RegExp, why: string])[] = [
  [/^packages\/contracts\/src\/generated\//, 'generated'],
  [/^docker-compose/, 'a command of a shell in a YAML file is one line'],
];

/** Packages that are still to be wrapped, of those that have lines too long. This list only gets shorter. */
export const STILL_LONG: readonly RegExp[] = [/^packages\//, /^services\//, /^sandbox\//, /^bench\//];

/**
 * A line may be longer when what makes it long is one thing that cannot be parted: an address, a pattern, the
 * sentence that names a spec.
 */
const UNPARTED: readonly RegExp[] = [
  /https?:\/\/\S+/g,
  /\]\([^)\s]+\)/g,
  /^\s*(it|test|describe)(\.\w+)?\(.*$/g,
  /^\s*\/(?![/*]).*\/[dgimsuvy]*[,;]?$/g,
];

/** No line is too long to be read beside another one. Tables of Markdown are as wide as they get. */
export const columns: Check = (repository) =>
  repository.paths
    .filter((path) => (CODE.test(path) || path.endsWith('.md')) && !isLeftOut(path))
    .flatMap((path) =>
      linesOf(repository.read(path))
        .filter(({ text }) => isTooLong(text) && !(path.endsWith('.md') && /^\s*\|/.test(text)))
        .map(({ text, number }) => `${path}:${number}: ${lengthOf(text)} columns, ${MAX_COLUMNS} at most`),
    );

const isLeftOut = (path: string): boolean =>
  [...LEFT_OUT.map(([left]) => left), ...(path.endsWith('.md') ? [] : STILL_LONG)].some((left) =>
    left.test(path),
  );

function isTooLong(line: string): boolean {
  if (line.length <= MAX_COLUMNS || lengthOf(line) <= MAX_COLUMNS) return false;
  const parted = UNPARTED.reduce((text, pattern) => text.replace(pattern, ''), line);
  return parted === line || lengthOf(parted) > MAX_COLUMNS;
}

/** In characters, as they are counted by whoever looks at them. */
const lengthOf = (text: string): number => Array.from(text).length;
