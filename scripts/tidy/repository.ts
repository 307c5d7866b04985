import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The files that people write, by their paths from the root. Text is read for those only that have some. */
export interface Repository {
  /** Every file, also those without text. */
  readonly paths: readonly string[];
  read(path: string): string;
}

/** What is wrong, in one line: `path:line: what`. */
export type Check = (repository: Repository) => string[];

/** Made by machines, downloaded, or kept by git. */
const LEFT_OUT = new Set([
  'node_modules',
  'dist',
  'coverage',
  '.git',
  '.ftm',
  '.turbo',
  '.schemathesis',
  '.hypothesis',
]);

/** @param root folder of the repository */
export function readRepository(root: string): Repository {
  const walk = (folder: string): string[] =>
    readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
      if (LEFT_OUT.has(entry.name)) return [];
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      return entry.isDirectory() ? walk(path) : [path];
    });
  const texts = new Map<string, string>();
  return {
    paths: walk('').sort(),
    read(path) {
      const text = texts.get(path) ?? readFileSync(join(root, path), 'utf8');
      texts.set(path, text);
      return text;
    },
  };
}

/** Of specs: a repository that is in memory. */
export const repositoryOf = (files: Readonly<Record<string, string>>): Repository => ({
  paths: Object.keys(files),
  read: (path) => files[path] ?? '',
});

export const documentsOf = ({ paths }: Repository): string[] => paths.filter((path) => path.endsWith('.md'));

export interface Line {
  readonly text: string;
  /** From 1. */
  readonly number: number;
  /** The language of the fence that it stands in, or '' in one without; null in prose. */
  readonly fence: string | null;
}

/** The lines of a Markdown document, each with what it stands in; the fences themselves count as code. */
export function linesOf(document: string): Line[] {
  let fence: string | null = null;
  return document.split('\n').map((text, index) => {
    const mark = /^\s*```(\S*)/.exec(text);
    if (mark === null) return { text, number: index + 1, fence };
    const opened: string | null = fence === null ? (mark[1] ?? '') : null;
    const line = { text, number: index + 1, fence: fence ?? opened };
    fence = opened;
    return line;
  });
}
