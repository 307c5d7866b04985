import { posix } from 'node:path';
import { documentsOf, linesOf, type Check, type Line, type Repository } from './repository.ts';

/** One title a document, in its first line. */
export const titles: Check = (repository) =>
  documentsOf(repository).flatMap((path) => {
    const found = linesOf(repository.read(path)).filter(
      ({ text, fence }) => fence === null && /^# /.test(text),
    );
    if (found.length === 1 && found[0]?.number === 1) return [];
    return [
      `${path}:${found[1]?.number ?? 1}: one title a document, in its first line; found ${found.length}`,
    ];
  });

/** A relative link leads to a file, and its fragment to a heading there. */
export const links: Check = (repository) =>
  documentsOf(repository).flatMap((path) =>
    proseOf(repository, path).flatMap(({ text, number }) =>
      [...text.matchAll(/\]\(([^)\s]+)\)/g)]
        .map((match) => match[1] ?? '')
        .filter((target) => !/^[a-z]+:/.test(target))
        .filter((target) => !leads(repository, path, target))
        .map((target) => `${path}:${number}: the link to ${target} leads nowhere`),
    ),
  );

function leads(repository: Repository, from: string, target: string): boolean {
  const [file = '', fragment] = target.split('#');
  const path = file === '' ? from : posix.normalize(posix.join(posix.dirname(from), file)).replace(/\/$/, '');
  if (!exists(repository, path)) return false;
  if (fragment === undefined || !path.endsWith('.md')) return true;
  return proseOf(repository, path).some(({ text }) => /^#+ /.test(text) && slugOf(text) === fragment);
}

/** As GitHub names a heading. */
const slugOf = (heading: string): string =>
  heading
    .replace(/^#+ /, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');

const FOLDERS = /^(packages|services|sandbox|bench|scripts|schemas|migrations|docs)\/[\w.@/-]+$/;
const FILE = /^[\w.@/-]+\.(ts|mjs|cjs|md|sql|avsc|yml|proto)$/;

/**
 * A path that a document names, in code marks, is there: from the root, from the document, or as the end of some
 * file's path.
 */
export const paths: Check = (repository) =>
  documentsOf(repository).flatMap((path) =>
    proseOf(repository, path).flatMap(({ text, number }) =>
      [...text.matchAll(/`([^`]+)`/g)]
        .map((match) => match[1] ?? '')
        .filter((name) => FOLDERS.test(name) || FILE.test(name))
        .filter((name) => !isSomewhere(repository, path, name.replace(/\/$/, '')))
        .map((name) => `${path}:${number}: there is no ${name}`),
    ),
  );

function isSomewhere(repository: Repository, from: string, name: string): boolean {
  if (exists(repository, name)) return true;
  const here = posix.dirname(from);
  if (exists(repository, posix.join(here, name)) || exists(repository, posix.join(here, 'src', name)))
    return true;
  return (
    FILE.test(name) &&
    repository.paths.some((path) => path.endsWith(name.startsWith('.') ? name : `/${name}`))
  );
}

/** A type that is typed once more drifts: a document links to it. */
export const interfaces: Check = (repository) =>
  documentsOf(repository).flatMap((path) =>
    linesOf(repository.read(path))
      .filter(({ fence }) => fence === 'ts' || fence === 'typescript')
      .filter(({ text }) =>
        /^\s*(export\s|declare\s|interface\s|abstract\s|(type|class|enum)\s+\w+\s*[=<{])/.test(text),
      )
      .map(({ text, number }) => `${path}:${number}: declares what is code's to declare: ${text.trim()}`),
  );

const proseOf = (repository: Repository, path: string): Line[] =>
  linesOf(repository.read(path)).filter(({ fence }) => fence === null);

const exists = ({ paths: files }: Repository, path: string): boolean =>
  path === '.' || files.includes(path) || files.some((file) => file.startsWith(`${path}/`));
