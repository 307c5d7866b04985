/**
 * `npm test`: static checks, unit tests, tests on the real parts, the whole system. Sets itself up, leaves nothing behind,
 * ends with `N passed, N failed`. `npm run verify` is the first two of them, `--quick`.
 *
 * usage: npm test [-- [--only static,unit,int,e2e] [--quick] [-- jest arguments]]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { build, BuildError } from '../stack/build.ts';
import { PreflightError } from '../stack/preflight.ts';
import { startStack, type Stack } from '../stack/stack.ts';
import { printProgress } from '../stack/progress.ts';
import { createCommands } from './commands.ts';
import { inLanes, type Lane } from './lanes.ts';
import { readReport, slowest, type Count, type SpecTime } from './report.ts';

const TIERS = ['static', 'unit', 'int', 'e2e'] as const;
type Tier = (typeof TIERS)[number];

/** How long one test may take before it counts as hanging; no test asserts a time. */
const TIMEOUT_MS = { unit: 20_000, int: 120_000, e2e: 300_000 } as const;

/** Each is one check of the final count. The longest is first, so that nothing is left to wait for it alone. */
const STATIC_CHECKS = [
  'lint',
  'build',
  'format:check',
  'generate:check',
  'boundaries',
  'unused',
  'tidy',
  'compatibility',
] as const;
/** Commands at a time. */
const LANES = 2;

const { values, positionals } = parseArgs({
  options: { only: { type: 'string' }, quick: { type: 'boolean' }, help: { type: 'boolean' } },
  allowPositionals: true,
});
if (values.help === true) {
  console.log('npm test [-- --only static,unit,int,e2e --quick [-- <jest arguments>]]');
  process.exit(0);
}
const wanted = (values.only?.split(',') ?? [...TIERS]) as Tier[];
const unknown = wanted.filter((tier) => !TIERS.includes(tier));
if (unknown.length > 0) {
  console.error(`--only ${unknown.join(',')}: allowed are ${TIERS.join(', ')}`);
  process.exit(2);
}

const scratch = await mkdtemp(join(tmpdir(), 'ftm-test-'));
const commands = createCommands();
const times: SpecTime[] = [];
let stacks: readonly Stack[] = [];
const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    interruption.abort();
    commands.killAll();
    void cleanUp().then(() => process.exit(130));
  });
}

const total: Count = { passed: 0, failed: 0, skipped: 0 };
try {
  for (const tier of TIERS) {
    if (!wanted.includes(tier) || interruption.signal.aborted) continue;
    // Side by side with the static checks, when both are wanted.
    if (tier === 'unit' && wanted.includes('static')) continue;
    heading(tier);
    add(tier === 'static' ? await staticChecks() : await jestTier(tier, true));
  }
} catch (error) {
  total.failed += 1;
  console.error(error instanceof PreflightError || error instanceof BuildError ? error.message : error);
} finally {
  await cleanUp();
}
if (times.length > 1) console.log(`\nthe slowest specs:\n${slowest(times, 10).join('\n')}`);
console.log(
  `\n${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`,
);
process.exit(total.failed === 0 && total.passed > 0 ? 0 : 1);

async function staticChecks(): Promise<Count> {
  const count: Count = { passed: 0, failed: 0, skipped: 0 };
  const checks = STATIC_CHECKS.map((check): Lane => ({
    name: check,
    run: async () => {
      const { code, output } = await commands.run('npm', ['run', '--silent', check], {}, false);
      count[code === 0 ? 'passed' : 'failed'] += 1;
      return { ok: code === 0, output };
    },
  }));
  const unit: Lane = {
    name: 'unit',
    // Some of them start processes from `dist`.
    after: 'build',
    run: async () => {
      const { passed, failed, skipped, output } = await jestTier('unit', false);
      add({ passed, failed, skipped }, count);
      return { ok: failed === 0, output, detail: `${passed} passed, ${failed} failed` };
    },
  };
  const behindBuild = STATIC_CHECKS.indexOf('build') + 1;
  await inLanes(
    wanted.includes('unit') ? checks.toSpliced(behindBuild, 0, unit) : checks,
    LANES,
    console.log,
  );
  return count;
}

/** @returns also what Jest has said, but for what passed, unless it was shown as it came */
async function jestTier(
  tier: 'unit' | 'int' | 'e2e',
  show: boolean,
): Promise<Count & { readonly output: string }> {
  await build();
  // Specs of the whole system start a stack each: what others leave behind, such as checkpoints that are signed by keys of theirs, is none of their business.
  if (tier === 'int') await startStacks(Math.min(LANES, await countSpecs(tier)));
  const report = join(scratch, `${tier}.json`);
  const options = [
    '--passWithNoTests',
    '--silent',
    `--testTimeout=${TIMEOUT_MS[tier]}`,
    '--json',
    `--outputFile=${report}`,
    `--maxWorkers=${LANES}`,
  ];
  const said = await commands.run(
    process.execPath,
    jest(tier, options),
    {
      FTM_BUILT: '1',
      FTM_TEST_ALL: values.quick === true ? '' : '1',
      ...(tier === 'int' ? { FTM_TEST_STACKS: JSON.stringify(stacks.map(({ env }) => env)) } : {}),
    },
    show,
  );
  await stopStacks();
  const output = said.output.replaceAll(/^PASS .*\n/gm, '');
  const found = await readReport(report);
  if (found === undefined) return { passed: 0, failed: 1, skipped: 0, output };
  times.push(...found.times);
  const { failed } = found.count;
  // Jest may fail for a reason that no single test shows, such as a handle left open: that counts too.
  return { ...found.count, failed: failed === 0 && said.code !== 0 ? 1 : failed, output };
}

/** Arguments for Node. */
function jest(tier: Tier, options: readonly string[]): string[] {
  const flags = ['--experimental-vm-modules', '--no-warnings'];
  return [...flags, 'node_modules/jest/bin/jest.js', '--selectProjects', tier, ...options, ...positionals];
}

async function countSpecs(tier: Tier): Promise<number> {
  const { output } = await commands.run(
    process.execPath,
    jest(tier, ['--listTests']),
    { FTM_BUILT: '1' },
    false,
  );
  return output.match(/\.spec\.ts$/gm)?.length ?? 0;
}

/** One for each worker of Jest: its specs have the real parts to themselves while they run, and most of a spec is waiting. */
async function startStacks(count: number): Promise<void> {
  const starts = await Promise.allSettled(
    Array.from({ length: count }, (_, index) =>
      startStack({
        dir: join(scratch, `stack-${index}`),
        ports: 'ephemeral',
        ...(index === 0 ? { onProgress: printProgress } : {}),
      }),
    ),
  );
  stacks = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
  for (const start of starts) if (start.status === 'rejected') throw start.reason;
}

async function stopStacks(): Promise<void> {
  await Promise.all(stacks.map((stack) => stack.stop()));
  stacks = [];
}

async function cleanUp(): Promise<void> {
  await stopStacks();
  await rm(scratch, { recursive: true, force: true });
}

function heading(tier: Tier): void {
  console.log(`\n── ${tier} ${'─'.repeat(60 - tier.length)}`);
}

function add(count: Count, to = total): void {
  to.passed += count.passed;
  to.failed += count.failed;
  to.skipped += count.skipped;
}
