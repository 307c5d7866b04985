/**
 * The sandbox's parts alone, for development: `up [--parts kafka,postgres] [--ports ephemeral] [--dir DIR]` writes `DIR/env.sh` and stays until Ctrl-C.
 */
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { PreflightError } from './preflight.ts';
import { printProgress } from './progress.ts';
import { PART_NAMES, startStack, type PartName } from './stack.ts';

const { values } = parseArgs({
  options: {
    parts: { type: 'string' },
    ports: { type: 'string', default: 'default' },
    dir: { type: 'string', default: '.ftm/stack' },
  },
  allowPositionals: true,
});
const parts = values.parts?.split(',') as PartName[] | undefined;
const unknown = parts?.filter((name) => !PART_NAMES.includes(name)) ?? [];
if (unknown.length > 0) {
  console.error(`--parts ${unknown.join(',')}: allowed are ${PART_NAMES.join(', ')}`);
  process.exit(2);
}
const dir = resolve(values.dir);
try {
  const stack = await startStack({
    dir,
    ...(parts === undefined ? {} : { parts }),
    ports: values.ports === 'ephemeral' ? 'ephemeral' : 'default',
    onProgress: printProgress,
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => void stack.stop().then(() => process.exit(0)));
  await writeFile(
    join(dir, 'env.sh'),
    Object.entries(stack.env)
      .map(([name, value]) => `export ${name}='${value}'\n`)
      .join(''),
    { mode: 0o600 },
  );
  console.log(`ready: . ${join(dir, 'env.sh')}`);
} catch (error) {
  console.error(error instanceof PreflightError ? error.problems.join('\n') : error);
  process.exit(1);
}
