/**
 * `npm run demo`: the whole main job on real parts and real data, told step by step. Exits 0 only when every promise that
 * it shows was kept.
 *
 * usage: npm run demo [-- --report FILE] [-- --keep]
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { PreflightError } from '../stack/preflight.ts';
import { printProgress } from '../stack/progress.ts';
import { startStack, type Stack } from '../stack/stack.ts';
import { startSystem, type System } from '../system/system.ts';
import { renderReport, type DemoFindings } from '../report/report.ts';
import { bold, green, red } from './narrator.ts';
import { closingTable } from './closing-table.ts';
import { tellTheStory } from './story.ts';

const { values } = parseArgs({
  options: { report: { type: 'string' }, keep: { type: 'boolean' }, help: { type: 'boolean' } },
});
if (values.help === true) {
  console.log(
    'npm run demo [-- --report FILE] [--keep]\n  --report FILE  where the HTML report goes (default .ftm/demo-report.html)\n  --keep         keep data and logs of the run',
  );
  process.exit(0);
}

const started = Date.now();
const dir = await mkdtemp(join(tmpdir(), 'ftm-demo-'));
let stack: Stack | undefined;
let system: System | undefined;
let stopping: Promise<void> | undefined;

const stop = (): Promise<void> =>
  (stopping ??= (async () => {
    await system?.stop();
    await stack?.stop();
    if (values.keep === true) console.log(`data and logs: ${dir}`);
    else await rm(dir, { recursive: true, force: true });
  })());

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => void stop().then(() => process.exit(130)));

let code = 1;
try {
  console.log(
    bold(
      'Starting the sandbox: Kafka, registry, PostgreSQL, S3, Orchestrator (simulator), provider (simulator)',
    ),
  );
  stack = await startStack({ dir: join(dir, 'stack'), ports: 'ephemeral', onProgress: printProgress });
  console.log(bold('Starting FTM: command-api, projector, runners'));
  system = await startSystem({ stackEnv: stack.env, dir, apis: 1, onProgress: printProgress });
  const found: DemoFindings = await tellTheStory({
    apiUrl: system.apiUrls[0] ?? '',
    env: system.env,
    started,
  });
  const report = resolve(values.report ?? '.ftm/demo-report.html');
  await mkdir(dirname(report), { recursive: true });
  await writeFile(report, renderReport(found));
  console.log(`\n${closingTable(found)}\n`);
  console.log(`report: ${report}`);
  code = found.verification.ok ? 0 : 1;
  console.log(code === 0 ? green(bold('The demo kept every promise.')) : red('The log did not verify.'));
} catch (error) {
  console.error(
    red(
      `\nThe demo failed: ${error instanceof PreflightError ? error.problems.join('\n') : error instanceof Error ? error.message : String(error)}`,
    ),
  );
  if (error instanceof Error && !(error instanceof PreflightError) && process.env['FTM_DEBUG'] !== undefined)
    console.error(error.stack);
} finally {
  await stop();
}
process.exit(code);
