import { setTimeout as sleep } from 'node:timers/promises';
import process from 'node:process';
import { eventually } from '@ftm/event-log/testing/environment';
import { migrate } from '@ftm/postgres/migrate';
import { createPool, type Pool } from '@ftm/postgres/pool';
import { createLab, createSkippingClock } from '../fine-tune/testing/lab.ts';
import type { Job, Outcome } from '../tasks.ts';
import { startHeartbeat } from './dead-workers.ts';
import { createTaskList, type Runners } from './task-list.ts';
import { startPostgres, type PostgresProcess } from './testing/postgres-process.ts';
import { startTcpProxy, type TcpProxy } from './testing/tcp-proxy.ts';
import { startWatchdog, type Watchdog } from './watchdog.ts';
import type { Task } from './work-table.ts';
import { startWorkers, type Workers } from './workers.ts';

/** More of them, and longer ones, for a long look: OUTAGE_SEEDS=20 OUTAGE_MAX_MS=60000. */
const SEEDS = Number(process.env['OUTAGE_SEEDS'] ?? 1);
const MAX_MS = Number(process.env['OUTAGE_MAX_MS'] ?? 4500);
const JOBS = 60;
const WORKERS = 4;
/** What counts as hanging, after Postgres is there again. */
const WITHIN_MS = 60_000;

type Kind = 'killed' | 'frozen' | 'cut off' | 'slow';
const KINDS: readonly Kind[] = ['killed', 'frozen', 'cut off', 'slow'];

let postgres: PostgresProcess;
beforeAll(async () => {
  postgres = await startPostgres();
  await asOwner('ftm', (owner) => owner.query('create database template_of_test'));
  await migrate({ ownerUrl: urlOf('template_of_test') });
}, 120_000);
afterAll(() => postgres.dispose(), 60_000);

function urlOf(database: string): string {
  const url = new URL(postgres.url);
  url.pathname = `/${database}`;
  return url.toString();
}

async function asOwner<T>(database: string, work: (pool: Pool) => Promise<T>): Promise<T> {
  const pool = createPool({ url: urlOf(database), applicationName: 'test', max: 1 });
  try {
    return await work(pool);
  } finally {
    await pool.end();
  }
}

/** What an instance of the runners has to do with the queue, on a database of its own behind a network of its own. */
interface Instance {
  readonly database: string;
  readonly proxy: TcpProxy;
  readonly workers: Workers;
  readonly watchdog: Watchdog;
  /** Jobs that came to their end. */
  readonly ended: ReadonlySet<string>;
  readonly gaveUp: readonly string[];
  stop(): Promise<void>;
}

async function prepare(name: string, random: () => number) {
  await asOwner('ftm', (owner) => owner.query(`create database ${name} template template_of_test`));
  const { hostname, port } = new URL(postgres.url);
  const proxy = await startTcpProxy({ host: hostname, port: Number(port) });
  const tasks: readonly Task[] = ['ft', 'model', 'dataset'];
  await asOwner(name, async (owner) => {
    for (let at = 0; at < JOBS; at += 1) {
      const task = tasks[at % tasks.length];
      const payload = { tenantId: `tenant-${at % 4}`, id: `${at}`, correlation: 'c', causation: 'c' };
      await owner.query(
        "select graphile_worker.add_job($1, payload => $2::json, queue_name => $3, job_key => $4, max_attempts => 30000, run_at => now() + $5 * interval '1 ms')",
        [
          task,
          JSON.stringify(payload),
          task === 'dataset' ? `dataset/${payload.tenantId}` : null,
          `${task}/${payload.tenantId}/${at}`,
          random() * 1500,
        ],
      );
    }
  });
  return { name, proxy, random };
}

function start({ name, proxy, random }: Awaited<ReturnType<typeof prepare>>): Instance {
  const url = new URL(urlOf(name));
  url.port = String(proxy.port);
  url.searchParams.set('options', '-c role=ftm_runner');
  const pool = createPool({ url: url.toString(), applicationName: name, max: WORKERS + 16 });
  const clock = createSkippingClock(random);
  const tools = createLab(clock).tools({
    providerFor: () => Promise.reject(new Error('no provider is asked')),
    clock,
  });
  const ended = new Set<string>();
  const gaveUp: string[] = [];
  const looks = new Map<string, number>();
  const work = async (job: Job): Promise<Outcome> => {
    await pool.query('select pg_sleep($1)', [random() * 0.05]);
    if (random() < 0.1) throw new Error('it fails now and then');
    ended.add(job.id);
    return 'done';
  };
  /** Looks three times, as at a provider. */
  const follow = async (job: Job): Promise<Outcome> => {
    const times = (looks.get(job.id) ?? 0) + 1;
    looks.set(job.id, times);
    return times < 3 ? { againInMs: 100 } : work(job);
  };
  const nothing = async (): Promise<Outcome> => 'done';
  const runners: Runners = {
    dataset: work,
    dataset_files: nothing,
    erasure: nothing,
    eval: nothing,
    files: nothing,
    ft: follow,
    model: work,
    tenant: nothing,
  };
  const taskList = createTaskList(tools, runners);
  const logger = tools.logger;
  const workers = startWorkers({
    pool,
    concurrency: { due: WORKERS - 1, waiting: 1 },
    taskList,
    pollMs: 200,
    logger,
  });
  const heartbeat = startHeartbeat(pool, name, workers.alive, logger);
  const watchdog = startWatchdog({
    pool,
    workers,
    tasks: Object.keys(taskList),
    logger,
    giveUp: (reason) => gaveUp.push(reason),
  });
  return {
    database: name,
    proxy,
    workers,
    watchdog,
    ended,
    gaveUp,
    async stop() {
      watchdog.stop();
      await workers.stop();
      await heartbeat.stop();
      await pool.end();
      await proxy.close();
    },
  };
}

async function begin(kind: Kind, proxies: readonly TcpProxy[]): Promise<void> {
  if (kind === 'killed') await postgres.kill();
  if (kind === 'frozen') await postgres.freeze();
  for (const proxy of proxies) {
    if (kind === 'cut off') proxy.cut();
    // Longer than the pool waits for a connection.
    if (kind === 'slow') proxy.slow(4000);
  }
}

async function heal(kind: Kind, proxies: readonly TcpProxy[]): Promise<void> {
  if (kind === 'killed') await postgres.restart();
  if (kind === 'frozen') await postgres.thaw();
  for (const proxy of proxies) proxy.heal();
}

async function expectAllEnded(instance: Instance): Promise<void> {
  const open = async (): Promise<readonly unknown[]> =>
    asOwner(instance.database, async (owner) => {
      const { rows } = await owner.query<{ key: string }>(
        'select id, key, attempts, run_at, locked_by, locked_at from graphile_worker._private_jobs where key is not null or locked_at is not null',
      );
      return rows;
    });
  await eventually('all work has ended', async () => (await open()).length === 0, WITHIN_MS).catch(
    async (error: unknown) => {
      throw new Error(JSON.stringify([instance.workers.alive(), await open()]), { cause: error });
    },
  );
  expect(instance.ended.size).toBe(JOBS);
  await eventually('all workers work', async () =>
    instance.watchdog.check().then(
      (said) => said === `${WORKERS} of ${WORKERS} workers work`,
      () => false,
    ),
  );
  expect(instance.gaveUp).toEqual([]);
}

/** The same numbers for the same seed. */
function seeded(seed: number): () => number {
  let state = seed * 2_654_435_761;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return Math.abs(state) / 4_294_967_296;
  };
}

describe.each(Array.from({ length: SEEDS }, (_, at) => at + 1))('Postgres, seed %i', (seed) => {
  it.each(KINDS)(
    'is %s under load, and while another instance starts: all that is open ends',
    async (kind) => {
      const random = seeded(seed * 31 + KINDS.indexOf(kind));
      const name = kind.replaceAll(/\W/g, '_');
      const busy = await prepare(`busy_${name}_${seed}`, random);
      const late = await prepare(`late_${name}_${seed}`, random);
      const proxies = [busy.proxy, late.proxy];
      const atWork = start(busy);
      await eventually('work is under way', () => atWork.ended.size > 3);
      await begin(kind, proxies);
      const starting = start(late);
      await sleep(1000 + random() * (MAX_MS - 1000));
      await expect(starting.watchdog.check()).rejects.toThrow(`0 of ${WORKERS} workers work`);
      await heal(kind, proxies);
      try {
        await expectAllEnded(atWork);
        await expectAllEnded(starting);
      } finally {
        await atWork.stop();
        await starting.stop();
      }
    },
    MAX_MS + 3 * WITHIN_MS,
  );
});
