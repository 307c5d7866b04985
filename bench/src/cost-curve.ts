import { setTimeout as sleep } from 'node:timers/promises';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { generateNoteKey } from '@ftm/audit/signed-note';
import { createRegistry } from '@ftm/event-log/registry';
import { createTestDatabase } from '@ftm/postgres/testing/database';
import { freePorts } from '@ftm/sandbox/stack/ports';
import { copyRate } from './copy-rate.ts';
import { generateLog, type GeneratedLog } from './generated-log.ts';
import { start } from './measured-process.ts';

/** What one piece of work costs at one length of the log. */
export interface Cost {
  readonly work: string;
  readonly events: number;
  readonly seconds: number;
  /** Of the process that did it, like the memory; NaN where it is the database's work too. */
  readonly cpuSeconds: number;
  readonly peakMb: number;
}

export interface RebuildRates {
  readonly events: number;
  readonly rows: number;
  readonly eventsPerSecond: number;
  readonly rowsPerSecond: number;
  /** The same rows by COPY alone, into a table without an index. */
  readonly copiedRowsPerSecond: number;
}

const FTM = 'packages/cli/src/main.ts';
const TOKEN = 'bench-operator-token';

/**
 * Time and memory of everything that reads a log from its beginning, each in a process of its own (its start is in
 * the time).
 * @param env of the stack; its database's owner is in the environment of this process
 */
export async function measureCostCurve(
  env: Readonly<Record<string, string>>,
  lengths: readonly number[],
  onCost: (cost: Cost) => void = () => undefined,
): Promise<{ readonly costs: readonly Cost[]; readonly rebuilds: readonly RebuildRates[] }> {
  const connection = { brokers: (env['FTM_KAFKA_BROKERS'] ?? '').split(','), clientId: 'bench' };
  const registry = createRegistry(env['FTM_REGISTRY_URL'] ?? '');
  await registry.registerAll();
  const costs: Cost[] = [];
  const rebuilds: RebuildRates[] = [];
  const note: Note = (cost) => {
    costs.push(cost);
    onCost(cost);
  };
  for (const events of lengths) {
    const log = await generateLog(connection, registry, events);
    const { seconds, cpuSeconds } = log;
    note({ work: 'write the log', events, seconds, cpuSeconds, peakMb: Number.NaN });
    try {
      rebuilds.push(await measureLength(env, log, note));
    } finally {
      await log.drop();
    }
  }
  return { costs, rebuilds };
}

type Note = (cost: Cost) => void;

async function measureLength(
  env: Readonly<Record<string, string>>,
  log: GeneratedLog,
  tell: Note,
): Promise<RebuildRates> {
  const { events, topic, checkpointsTopic, tenants } = log;
  const directory = await mkdtemp(join(tmpdir(), 'ftm-cost-'));
  const [database, empty] = [await createTestDatabase(), await createTestDatabase()];
  const owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
  const [port = 0] = await freePorts(1);
  const kafka = { ...env, FTM_EVENTS_TOPIC: topic };
  const operator = { FTM_OPERATOR_URLS: `http://127.0.0.1:${port}`, FTM_OPERATOR_TOKEN: TOKEN };
  const note = (work: string, { seconds, cpuSeconds, peakMb }: Omit<Cost, 'work' | 'events'>): void =>
    tell({ work, events, seconds, cpuSeconds, peakMb });
  const projector = start('services/projector/src/main.ts', [], {
    ...kafka,
    FTM_DATABASE_URL: database.url('ftm_projector'),
    FTM_ORCHESTRATOR_SERVICE_KEY: 'none',
    FTM_AUDIT_FORWARDER: 'off',
    FTM_OPERATOR_TOKEN: TOKEN,
    FTM_HEALTH_PORT: String(port),
    FTM_LOG_LEVEL: 'error',
  });
  try {
    const seconds = await projected(owner, events);
    const cpuSeconds = projector.cpuSeconds();
    const rebuild = await rebuilt(owner, operator);
    note('rebuild read models', {
      seconds: rebuild.events / rebuild.eventsPerSecond,
      cpuSeconds: projector.cpuSeconds() - cpuSeconds,
      peakMb: Number.NaN,
    });
    const file = join(directory, 'snapshot.gz');
    note('take and verify a snapshot', await start(FTM, ['snapshot', 'create', file], operator).ended());
    note('projector: journal, trees, read models', { ...(await projector.stop()), seconds, cpuSeconds });
    const restoring = { ...kafka, FTM_DATABASE_URL: empty.url('ftm_projector') };
    note('restore it', await start('services/projector/src/restore-main.ts', [file], restoring).ended());
    const key = generateNoteKey(randomUUID()).verifierKey;
    const verify = [
      'audit',
      'verify',
      '--checkpoints-topic',
      checkpointsTopic,
      '--trust',
      key,
      '--stale-seconds',
      '1e10',
      '--no-orchestrator',
    ];
    note('audit verify', await start(FTM, verify, kafka).ended());
    note(
      'audit state of a twelfth',
      await start(FTM, ['audit', 'state', '--tenant', tenants[0] ?? ''], kafka).ended(),
    );
    return rebuild;
  } finally {
    await projector.stop();
    await owner.end();
    await Promise.all([database.drop(), empty.drop()]);
    await rm(directory, { recursive: true, force: true });
  }
}

/** Seconds from the first event that is there to the last. */
async function projected(owner: pg.Client, events: number): Promise<number> {
  let began: number | undefined;
  for (;;) {
    const { rows } = await owner.query<{ n: string }>(
      "select coalesce(sum(seq), 0) as n from log.chain_heads where consumer = 'journal'",
    );
    const n = Number(rows[0]?.n ?? 0);
    if (n > 0) began ??= performance.now();
    if (n >= events) return (performance.now() - (began ?? performance.now())) / 1000;
    await sleep(20);
  }
}

async function rebuilt(owner: pg.Client, operator: Readonly<Record<string, string>>): Promise<RebuildRates> {
  await start(FTM, ['projections', 'rebuild'], operator).ended();
  const { rows } = await owner.query<{ events: string; rows: string; seconds: number; schema: string }>(
    "select events, rows, extract(epoch from ended_at - started_at)::float8 as seconds, log.live_schema() as schema from log.generations where status = 'live'",
  );
  const [live] = rows;
  if (live === undefined) throw new Error('no generation is live');
  return {
    events: Number(live.events),
    rows: Number(live.rows),
    eventsPerSecond: Number(live.events) / live.seconds,
    rowsPerSecond: Number(live.rows) / live.seconds,
    copiedRowsPerSecond: await copyRate(owner, `${live.schema}.ftm_eval_suites`),
  };
}
