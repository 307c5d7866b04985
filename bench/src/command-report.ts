import { setTimeout as sleep } from 'node:timers/promises';
import { measureCommands, measureInternalCommands, measureRawTransactions } from './commands.ts';
import { columns, print } from './print.ts';
import { CLIENT, processorTime, spentSince, WATCHERS } from './processor-time.ts';
import type { Run } from './run.ts';
import { forgetStatements, readStatements } from './statements.ts';

const IDLE_SECONDS = 20;

export async function reportCommands({ env, system, statements, commands: most }: Run): Promise<void> {
  const running = await system();
  const apiUrl = running.apiUrls[0] ?? '';
  await measureCommands(apiUrl, 16, 200);
  const rows: string[][] = [];
  const costs: Cost[] = [];
  for (const clients of [1, 16, 128]) {
    const count = clients === 1 ? Math.min(most, 300) : most;
    if (statements) await forgetStatements(env['FTM_OWNER_DATABASE_URL'] ?? '');
    const before = processorTime();
    const ours = await measureCommands(apiUrl, clients, count);
    // What a command leaves to do is part of its cost: the projection, the audit copy, jobs.
    await quiet();
    costs.push({ of: `${clients} clients`, seconds: spentSince(before), per: count / 1000 });
    if (statements) await printStatements(env, clients, count);
    const raw = await measureRawTransactions(env, clients, count);
    const inner = await measureInternalCommands(running.env, clients, count);
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
  print(
    'Commands, from HTTP request to commit, through the API (login and gate at the Orchestrator simulator, which syncs every decision to disk) and through the write path alone; raw: one kafkajs transaction a batch of as many records as clients wait',
    ['clients', 'through', 'commands/s', 'p50 ms', 'p95 ms', 'p99 ms', 'raw records/s', 'ours / raw'],
    rows,
  );
  await quiet();
  const before = processorTime();
  await sleep(IDLE_SECONDS * 1000);
  costs.push({ of: 'idle %', seconds: spentSince(before), per: IDLE_SECONDS / 100 });
  printCosts(costs);
}

interface Cost {
  readonly of: string;
  readonly seconds: ReadonlyMap<string, number>;
  /** What the seconds are divided by. */
  readonly per: number;
}

function printCosts(costs: readonly Cost[]): void {
  const all = [...new Set(costs.flatMap(({ seconds }) => [...seconds.keys()]))];
  const ours = all.filter((name) => !NOT_FTM.has(name));
  const row = (name: string): string[] => [name, ...costs.map((cost) => shown(cost, [name]))];
  print(
    'Processor time by process, through the API, with what a command leaves to do: milliseconds a command, and idle % of a core; together: without the client and what stands in for others',
    ['process', ...costs.map(({ of }) => of)],
    [
      ...ours.map(row),
      ['together', ...costs.map((cost) => shown(cost, ours))],
      ...all.filter((name) => NOT_FTM.has(name)).map(row),
    ],
  );
}

function shown({ seconds, per }: Cost, names: readonly string[]): string {
  return (names.reduce((sum, name) => sum + (seconds.get(name) ?? 0), 0) / per).toFixed(2);
}

/** They are not counted as FTM's cost. */
const NOT_FTM: ReadonlySet<string> = new Set([
  CLIENT,
  'Orchestrator simulator',
  'provider simulator',
  WATCHERS,
]);
const QUIET_LOOK_MS = 1000;
const QUIET_CORES = 0.5;
const QUIET_LOOKS = 30;

/** Until what was asked for is done: little is spent any more. */
async function quiet(): Promise<void> {
  for (let look = 0; look < QUIET_LOOKS; look += 1) {
    const before = processorTime();
    await sleep(QUIET_LOOK_MS);
    const spent = [...spentSince(before).values()].reduce((sum, each) => sum + each, 0);
    if (spent < (QUIET_CORES * QUIET_LOOK_MS) / 1000) return;
  }
}

async function printStatements(
  env: Readonly<Record<string, string>>,
  clients: number,
  count: number,
): Promise<void> {
  const all = await readStatements(env['FTM_OWNER_DATABASE_URL'] ?? '');
  const calls = all.reduce((sum, each) => sum + each.calls, 0);
  print(
    `Statements in Postgres, ${clients} clients: ${(calls / count).toFixed(1)} a command`,
    ['role', 'calls a command', 'executor ms a command', 'statement'],
    all
      .slice(0, 40)
      .map(({ role, text, calls: each, ms }) => [
        role,
        (each / count).toFixed(2),
        (ms / count).toFixed(3),
        text.slice(0, 110),
      ]),
  );
}
