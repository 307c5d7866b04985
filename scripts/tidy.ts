/**
 * `npm run tidy`: what neither the compiler nor lint sees. Names every place and ends with 1 when there is one. With
 * `--fix` it writes what packages show.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { columns } from './tidy/columns.ts';
import { interfaces, links, paths, titles } from './tidy/documents.ts';
import { faces, mended } from './tidy/faces.ts';
import { readRepository } from './tidy/repository.ts';
import { settings } from './tidy/settings.ts';

const ROOT = join(import.meta.dirname, '..');
if (process.argv.includes('--fix'))
  for (const [path, text] of mended(readRepository(ROOT))) writeFileSync(join(ROOT, path), text);

const repository = readRepository(ROOT);
const checks = [columns, titles, links, paths, interfaces, settings, faces];
const problems = checks.flatMap((check) => check(repository));
for (const problem of problems) console.error(problem);
process.exit(problems.length === 0 ? 0 : 1);
