/**
 * `npm test`: static checks, unit tests, tests on the real parts, the whole system. Sets itself up, leaves nothing behind,
 * ends with `N passed, N failed`.
 *
 * usage: npm test [-- [--only static,unit,int,e2e] [-- jest arguments]]
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { build, BuildError } from '../stack/build.ts';
import { PreflightError } from '../stack/preflight.ts';
import { startStack, type Stack } from '../stack/stack.ts';
import { printProgress } from '../stack/progress.ts';

interface Count {
  passed: number;
  failed: number;
  skipped: number;
}

const TIERS = ['static', 'unit', 'int', 'e2e'] as const;
type Tier = (typeof TIERS)[number];

/** How long one test may take before it counts as hanging; no test asserts a time. */
const TIMEOUT_MS = { unit: 20_000, int: 120_000, e2e: 300_000 } as const;

/** Each is one check of the final count. */
const STATIC_CHECKS = [
  'format:check',
  'generate:check',
  'build',
  'lint',
  'boundaries',
  'unused',
  'tidy',
  'compatibility',
] as const;

const { values, positionals } = parseArgs({
  options: { only: { type: 'string' }, help: { type: 'boolean' } },
  allowPositionals: true,
});
if (values.help === true) {
  console.log('npm test [-- --only static,unit,int,e2e [-- <jest arguments>]]');
  process.exit(0);
}
const wanted = (values.only?.split(',') ?? [...TIERS]) as Tier[];
const unknown = wanted.filter((tier) => !TIERS.includes(tier));
if (unknown.length > 0) {
  console.error(`--only ${unknown.join(',')}: allowed are ${TIERS.join(', ')}`);
  process.exit(2);
}

const scratch = await mkdtemp(join(tmpdir(), 'ftm-test-'));
const running = new Set<ChildProcess>();
let stack: Stack | undefined;
const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    interruption.abort();
    for (const child of running) killGroup(child);
    void cleanUp().then(() => process.exit(130));
  });
}

const total: Count = { passed: 0, failed: 0, skipped: 0 };
try {
  for (const tier of TIERS) {
    if (!wanted.includes(tier) || interruption.signal.aborted) continue;
    heading(tier);
    add(tier === 'static' ? await staticChecks() : await jestTier(tier));
  }
} catch (error) {
  total.failed += 1;
  console.error(error instanceof PreflightError || error instanceof BuildError ? error.message : error);
} finally {
  await cleanUp();
}
console.log(
  `\n${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`,
);
process.exit(total.failed === 0 && total.passed > 0 ? 0 : 1);

async function staticChecks(): Promise<Count> {
  const count: Count = { passed: 0, failed: 0, skipped: 0 };
  for (const check of STATIC_CHECKS) {
    const started = Date.now();
    const { code, output } = await run('npm', ['run', '--silent', check], {}, false);
    console.log(`${code === 0 ? 'ok  ' : 'FAIL'} ${check} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
    if (code !== 0) console.log(output);
    count[code === 0 ? 'passed' : 'failed'] += 1;
  }
  return count;
}

async function jestTier(tier: 'unit' | 'int' | 'e2e'): Promise<Count> {
  await build();
  // Specs of the whole system start a stack each: what others leave behind, such as checkpoints that are signed by keys of theirs, is none of their business.
  if (tier === 'int')
    stack = await startStack({
      dir: join(scratch, 'stack'),
      ports: 'ephemeral',
      onProgress: printProgress,
    });
  const report = join(scratch, `${tier}.json`);
  // The real parts are shared by the specs of a tier, and two cores do not get faster by more workers.
  const workers = tier === 'unit' ? ['--maxWorkers=2'] : ['--runInBand'];
  const jest = [
    '--experimental-vm-modules',
    '--no-warnings',
    'node_modules/jest/bin/jest.js',
    '--selectProjects',
    tier,
    '--passWithNoTests',
    '--silent',
    `--testTimeout=${TIMEOUT_MS[tier]}`,
    '--json',
    `--outputFile=${report}`,
    ...workers,
    ...positionals,
  ];
  const { code } = await run(
    process.execPath,
    jest,
    { ...stack?.env, FTM_BUILT: '1', FTM_TEST_ALL: '1' },
    true,
  );
  await stack?.stop();
  stack = undefined;
  const summary = await readFile(report, 'utf8').then(
    (text) =>
      JSON.parse(text) as {
        numPassedTests: number;
        numFailedTests: number;
        numPendingTests: number;
        numRuntimeErrorTestSuites: number;
      },
    () => undefined,
  );
  if (summary === undefined) return { passed: 0, failed: 1, skipped: 0 };
  const failed = summary.numFailedTests + summary.numRuntimeErrorTestSuites;
  // Jest may fail for a reason that no single test shows, such as a handle left open: that counts too.
  return {
    passed: summary.numPassedTests,
    failed: failed === 0 && code !== 0 ? 1 : failed,
    skipped: summary.numPendingTests,
  };
}

function run(
  command: string,
  args: readonly string[],
  env: Record<string, string>,
  show: boolean,
): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      env: { ...process.env, ...env },
      stdio: ['ignore', show ? 'inherit' : 'pipe', show ? 'inherit' : 'pipe'],
      detached: true,
    });
    running.add(child);
    let output = '';
    const collect = (chunk: Buffer): void => {
      output = (output + chunk.toString('utf8')).slice(-20_000);
    };
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
    child.on('error', reject);
    child.on('close', (code) => {
      running.delete(child);
      resolve({ code: code ?? 1, output });
    });
  });
}

function killGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
  } catch {
    // It has already gone.
  }
}

async function cleanUp(): Promise<void> {
  await stack?.stop();
  await rm(scratch, { recursive: true, force: true });
}

function heading(tier: Tier): void {
  console.log(`\n── ${tier} ${'─'.repeat(60 - tier.length)}`);
}

function add(count: Count): void {
  total.passed += count.passed;
  total.failed += count.failed;
  total.skipped += count.skipped;
}
