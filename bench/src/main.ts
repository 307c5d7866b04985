/**
 * `npm run bench`: commands from HTTP request to commit, against raw transactions of the same batches; projection, against raw consuming and against one bulk insert; and the time from commit to
 * visible read. Everything in one run on one machine: the ratios are what counts.
 *
 * usage: npm run bench [-- --commands 2000]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { printProgress } from '@ftm/sandbox/stack/progress';
import { startStack } from '@ftm/sandbox/stack/stack';
import { startSystem } from '@ftm/sandbox/system/system';
import {
  measureCommands,
  measureInternalCommands,
  measureRawTransactions,
  measureVisibility,
  type Measurement,
} from './commands.ts';
import { measureProjection } from './projection.ts';

const { values } = parseArgs({
  options: { commands: { type: 'string', default: '1500' }, help: { type: 'boolean' } },
});
const commands = Number(values.commands);
if (values.help === true || !Number.isInteger(commands) || commands < 100) {
  console.log('npm run bench [-- --commands N]   N commands a measurement, at least 100 (default 1500)');
  process.exit(values.help === true ? 0 : 2);
}

const dir = await mkdtemp(join(tmpdir(), 'ftm-bench-'));
const stack = await startStack({ dir: join(dir, 'stack'), ports: 'ephemeral', onProgress: printProgress });
let system: Awaited<ReturnType<typeof startSystem>> | undefined;
const stop = async (): Promise<void> => {
  await system?.stop();
  await stack.stop();
  await rm(dir, { recursive: true, force: true });
};
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => void stop().then(() => process.exit(130)));

try {
  system = await startSystem({
    stackEnv: stack.env,
    dir,
    apis: 1,
    env: { FTM_LOG_LEVEL: 'warn' },
    onProgress: printProgress,
  });
  const apiUrl = system.apiUrls[0] ?? '';
  await measureCommands(apiUrl, 16, 200);
  const rows: string[][] = [];
  for (const clients of [1, 16, 128]) {
    const count = clients === 1 ? Math.min(commands, 300) : commands;
    const ours = await measureCommands(apiUrl, clients, count);
    const raw = await measureRawTransactions(stack.env, clients, count);
    const inner = await measureInternalCommands(system.env, clients, count);
    for (const [through, measured] of [
      ['API', ours],
      ['write path', inner],
    ] as const)
      rows.push([
        String(clients),
        through,
        ...columns(measured),
        raw.perSecond.toFixed(0),
        (measured.perSecond / raw.perSecond).toFixed(2),
      ]);
  }
  console.log(
    '\nCommands, from HTTP request to commit, through the API (login and gate at the Orchestrator simulator, which syncs every decision to disk) and through the write path alone; raw: one kafkajs transaction a batch of as many records as clients wait',
  );
  print(
    ['clients', 'through', 'commands/s', 'p50 ms', 'p95 ms', 'p99 ms', 'raw records/s', 'ours / raw'],
    rows,
  );

  const visible = await measureVisibility(apiUrl, 200);
  console.log('\nFrom the answer of a command to the read that shows it');
  print(
    ['reads', 'p50 ms', 'p95 ms', 'p99 ms'],
    [[String(visible.count), visible.p50.toFixed(1), visible.p95.toFixed(1), visible.p99.toFixed(1)]],
  );

  const projection = await measureProjection(system, stack.env);
  console.log(
    '\nProjection of the whole log into an empty journal and empty read models, from one partition',
  );
  print(
    ['events', 'projected/s', 'raw consume/s', 'bulk insert/s', 'ours / consume', 'ours / insert'],
    [
      [
        String(projection.events),
        projection.projected.toFixed(0),
        projection.consumed.toFixed(0),
        projection.copied.toFixed(0),
        (projection.projected / projection.consumed).toFixed(3),
        (projection.projected / projection.copied).toFixed(3),
      ],
    ],
  );
} finally {
  await stop();
}

function columns(measured: Measurement): string[] {
  return [
    measured.perSecond.toFixed(0),
    measured.p50.toFixed(1),
    measured.p95.toFixed(1),
    measured.p99.toFixed(1),
  ];
}

function print(head: string[], rows: string[][]): void {
  const table = new Table({ head, style: { head: [], border: [] } });
  table.push(...rows);
  console.log(table.toString());
}
