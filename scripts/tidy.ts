/** `npm run tidy`: what neither the compiler nor lint sees. Names every place and ends with 1 when there is one. */
import { join } from 'node:path';
import process from 'node:process';
import { columns } from './tidy/columns.ts';
import { interfaces, links, paths, titles } from './tidy/documents.ts';
import { readRepository } from './tidy/repository.ts';
import { settings } from './tidy/settings.ts';

const repository = readRepository(join(import.meta.dirname, '..'));
const problems = [columns, titles, links, paths, interfaces, settings].flatMap((check) => check(repository));
for (const problem of problems) console.error(problem);
process.exit(problems.length === 0 ? 0 : 1);
