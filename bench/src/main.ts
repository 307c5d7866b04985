/**
 * `npm run bench`: what FTM does, beside a limit or a peer of it, in one run on one machine: the ratios are what
 * counts. What was found is in docs/benchmarks.md.
 *
 * usage: npm run bench [-- [--only NAME,NAME] [--commands 1500] [--events 100000] [--megabytes 100] [--statements]]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { printProgress } from '@ftm/sandbox/stack/progress';
import { startStack } from '@ftm/sandbox/stack/stack';
import { startSystem } from '@ftm/sandbox/system/system';
import { MEASUREMENTS } from './measurements.ts';
import { countStatements } from './statements.ts';

const names = MEASUREMENTS.map(({ name }) => name);
const { values } = parseArgs({
  options: {
    only: { type: 'string', default: names.join(',') },
    commands: { type: 'string', default: '1500' },
    events: { type: 'string', default: '100000' },
    megabytes: { type: 'string', default: '100' },
    statements: { type: 'boolean', default: false },
    help: { type: 'boolean' },
  },
});
const [commands, events, megabytes] = [values.commands, values.events, values.megabytes].map(Number) as [
  number,
  number,
  number,
];
const only = values.only.split(',');
const isUnknown = only.some((name) => !names.includes(name));
if (values.help === true || isUnknown || !(commands >= 100) || !(events >= 10_000) || !(megabytes >= 10)) {
  console.log(
    `npm run bench [-- --only NAMES --commands N --events N --megabytes N]
  --only      of ${names.join(', ')}; comma between (default: all)
  --commands  of each measurement of commands, at least 100 (default 1500)
  --events    longest log of those that read one, at least 10000 (default 100000)
  --megabytes largest body of the pipeline, of 10, 100, 1000 (default 100)
  --statements  what Postgres is asked by a command, and what that costs it; counting costs something too`,
  );
  process.exit(values.help === true ? 0 : 2);
}
const chosen = MEASUREMENTS.filter(({ name }) => only.includes(name));

const dir = await mkdtemp(join(tmpdir(), 'ftm-bench-'));
const stack = await startStack({ dir: join(dir, 'stack'), ports: 'ephemeral', onProgress: printProgress });
Object.assign(process.env, stack.env);
if (values.statements) {
  await countStatements(stack.env['FTM_OWNER_DATABASE_URL'] ?? '');
  await stack.part('postgres').restart();
  // Its connections were to the server that ended.
  await stack.part('registry').restart();
}
let system: ReturnType<typeof startSystem> | undefined;
const stop = async (): Promise<void> => {
  await (await system?.catch(() => undefined))?.stop();
  await stack.stop();
  await rm(dir, { recursive: true, force: true });
};
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => void stop().then(() => process.exit(130)));

try {
  const run = {
    env: stack.env,
    commands,
    events,
    megabytes,
    statements: values.statements,
    system: () =>
      (system ??= startSystem({
        stackEnv: stack.env,
        dir,
        apis: 1,
        env: { FTM_LOG_LEVEL: 'warn', FTM_CHECK_ANSWERS: 'false' },
        onProgress: printProgress,
      })),
  };
  for (const measurement of chosen) await measurement.run(run);
} finally {
  await stop();
}
