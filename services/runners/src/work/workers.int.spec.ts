import { setTimeout as sleep } from 'node:timers/promises';
import { once } from 'node:events';
import { Logger as QueueLogger, run, type TaskList } from 'graphile-worker';
import { eventually } from '@ftm/event-log/testing/environment';
import { createPool, type Pool } from '@ftm/postgres/pool';
import { createTestDatabase, type TestDatabase } from '@ftm/postgres/testing/database';
import { startHeartbeat } from './dead-workers.ts';
import type { Kind } from './kinds.ts';
import { startWatchdog, type Watchdog } from './watchdog.ts';
import { startWorkers, type Workers } from './workers.ts';

const ignore = (): void => undefined;
const logger = { error: ignore, warn: ignore, info: ignore, debug: ignore };

let database: TestDatabase;
let owner: Pool;
let pool: Pool;
beforeEach(async () => {
  database = await createTestDatabase();
  owner = createPool({ url: database.ownerUrl, applicationName: 'test' });
  pool = createPool({ url: database.url('ftm_runner'), applicationName: 'test' });
});
afterEach(async () => {
  await pool.end();
  await owner.end();
  await database.drop();
});

const add = (id: string): Promise<unknown> =>
  owner.query(
    "select graphile_worker.add_job('ft', payload => $1::json, job_key => $2, max_attempts => 30000)",
    [JSON.stringify({ id }), id],
  );
/** No worker can tell the queue that a job has ended. */
const forbidEnds = (): Promise<unknown> =>
  owner.query('revoke delete on graphile_worker._private_jobs from ftm_runner');
const allowEnds = (): Promise<unknown> =>
  owner.query('grant delete on graphile_worker._private_jobs to ftm_runner');
const locked = async (): Promise<number> =>
  (await owner.query('select from graphile_worker._private_jobs where locked_at is not null')).rowCount ?? 0;
const rows = async (): Promise<number> =>
  (await owner.query('select from graphile_worker._private_jobs')).rowCount ?? 0;

function start(
  taskList: TaskList,
  concurrency = { due: 1, waiting: 1 },
): { workers: Workers; watchdog: Watchdog; gaveUp: string[] } {
  const gaveUp: string[] = [];
  const workers = startWorkers({ pool, concurrency, taskList, pollMs: 50, logger });
  const watchdog = startWatchdog({
    pool,
    workers,
    tasks: Object.keys(taskList),
    logger,
    everyMs: 100,
    limits: { lostForEach: 3 },
    overdueMs: 500,
    giveUp: (reason) => gaveUp.push(reason),
  });
  return { workers, watchdog, gaveUp };
}

async function stop({ workers, watchdog }: { workers: Workers; watchdog: Watchdog }): Promise<void> {
  watchdog.stop();
  await workers.stop();
}

const says = (watchdog: Watchdog): Promise<string> =>
  watchdog.check().catch((error: unknown) => String(error));

it('the library alone is left without a worker by one that cannot end its job, and the job stays locked', async () => {
  await forbidEnds();
  await add('a');
  const runner = await run({
    pgPool: pool,
    concurrency: 1,
    pollInterval: 50,
    noHandleSignals: true,
    logger: new QueueLogger(() => ignore),
    taskList: { ft: ignore },
  });
  await once(runner.events as NodeJS.EventEmitter, 'worker:stop');
  await allowEnds();
  await add('b');
  await sleep(500);
  expect(await locked()).toBe(1);
  expect(await rows()).toBe(2);
  await runner.stop();
});

describe('workers', () => {
  it('that die are replaced, and their jobs freed, until it is possible again to end one', async () => {
    await forbidEnds();
    for (const id of ['a', 'b', 'c', 'd', 'e']) await add(id);
    const ran = new Set<string>();
    const instance = start({ ft: (payload) => void ran.add((payload as { id: string }).id) });
    await eventually('some have died', () => instance.workers.lostInARow() > 2);
    await allowEnds();
    await eventually('all jobs have ended', async () => (await rows()) === 0);
    expect([...ran].sort()).toEqual(['a', 'b', 'c', 'd', 'e']);
    await eventually('all work', async () => (await says(instance.watchdog)) === '2 of 2 workers work');
    await stop(instance);
  });

  it('that die one after the other, for ever, end the process', async () => {
    await forbidEnds();
    await add('a');
    const instance = start({ ft: ignore });
    await eventually('it gives up', () => instance.gaveUp.length > 0);
    expect(instance.gaveUp).toEqual([expect.stringMatching(/^\d+ workers died one after the other/)]);
    await stop(instance);
  });

  it('that do not take what is due are not ready, and are replaced', async () => {
    const instance = start({ ft: ignore });
    await eventually('all work', async () => (await says(instance.watchdog)) === '2 of 2 workers work');
    const former = instance.workers.alive().map(({ id }) => id);
    const other = await owner.connect();
    // Whoever looks passes over a row that another transaction has.
    await owner.query("select graphile_worker.add_job('ft', run_at => now() + interval '2 seconds')");
    await other.query('begin');
    await other.query('select from graphile_worker._private_jobs for update');
    await eventually('it is seen', async () => (await says(instance.watchdog)).includes('1 jobs are due'));
    await eventually('others are there', () =>
      instance.workers.alive().every(({ id }) => !former.includes(id)),
    );
    await other.query('commit');
    other.release();
    await eventually('it is taken', async () => (await rows()) === 0);
    await eventually('all work', async () => (await says(instance.watchdog)) === '2 of 2 workers work');
    await stop(instance);
  });

  it('that cannot look for jobs at all are not ready', async () => {
    await owner.query('revoke update on graphile_worker._private_jobs from ftm_runner');
    const instance = start({ ft: ignore });
    await eventually('they have looked', () =>
      instance.workers.alive().some(({ answered }) => answered === false),
    );
    expect(await says(instance.watchdog)).toContain('0 of 2 workers work');
    await owner.query('grant update on graphile_worker._private_jobs to ftm_runner');
    await eventually('all work', async () => (await says(instance.watchdog)) === '2 of 2 workers work');
    await stop(instance);
  });
});

describe('the heartbeat', () => {
  it('frees a job that a living worker holds without knowing of it', async () => {
    const instance = start({ ft: ignore }, { due: 1, waiting: 0 });
    await eventually('it works', async () => (await says(instance.watchdog)) === '1 of 1 workers work');
    const [worker] = instance.workers.alive();
    // As after a look whose answer was lost.
    await owner.query(
      `with job as (select (graphile_worker.add_job('ft', run_at => now() + interval '1 hour', job_key => 'lost')).id)
       select id from job`,
    );
    await owner.query(
      "update graphile_worker._private_jobs set locked_by = $1, locked_at = now(), run_at = now() where key = 'lost'",
      [worker?.id],
    );
    const heartbeat = startHeartbeat(pool, 'test', instance.workers.alive, logger);
    await eventually('it has run', async () => (await rows()) === 0);
    await heartbeat.stop();
    await stop(instance);
  });

  it('leaves a job to the worker that runs it, and removes what can never run', async () => {
    let end = ignore;
    let runs = 0;
    const ended = new Promise<void>((resolve) => (end = resolve));
    const instance = start({
      ft: () => {
        runs += 1;
        return ended;
      },
    });
    await add('a');
    await eventually('it runs', () => runs === 1);
    // Replaced while it ran, by a worker that died.
    await owner.query(
      `insert into graphile_worker._private_jobs (task_id, attempts, max_attempts)
       select id, 30000, 30000 from graphile_worker._private_tasks where identifier = 'ft'`,
    );
    const heartbeat = startHeartbeat(pool, 'test', instance.workers.alive, logger);
    await eventually('the dead one is gone', async () => (await rows()) === 1);
    expect(await locked()).toBe(1);
    expect(runs).toBe(1);
    end();
    await eventually('it has ended', async () => (await rows()) === 0);
    await heartbeat.stop();
    await stop(instance);
  });
});

describe('work', () => {
  const addOf = (kind: string, id: string, task = 'ft'): Promise<unknown> =>
    owner.query(
      'select graphile_worker.add_job($1, payload => $2::json, job_key => $3, max_attempts => 30000, flags => array[$4])',
      [task, JSON.stringify({ id }), id, kind],
    );

  it.each([
    { hangs: 'waiting', goesOn: 'short' },
    { hangs: 'waiting', goesOn: 'long' },
    { hangs: 'short', goesOn: 'waiting' },
    { hangs: 'long', goesOn: 'short' },
    { hangs: 'long', goesOn: 'waiting' },
  ])('that is $goesOn goes on, however much $hangs work never ends', async ({ hangs, goesOn }) => {
    let end = ignore;
    const released = new Promise<void>((resolve) => (end = resolve));
    const ended: string[] = [];
    const taskList: TaskList = {
      ft: async ({ id }) => {
        if (id.startsWith(hangs)) await released;
        ended.push(id);
      },
    };
    for (let at = 0; at < 30; at += 1) await addOf(hangs, `${hangs}-${at}`);
    const instance = start(taskList, { due: 3, waiting: 2 });
    await eventually('all that may hang', () => instance.workers.full().includes(hangs as Kind));
    for (let at = 0; at < 30; at += 1) await addOf(goesOn, `${goesOn}-${at}`);
    await eventually('the others have ended', () => ended.length === 30);
    expect(ended.every((id) => id.startsWith(goesOn))).toBe(true);
    // Work that is held back by its share is no work that lies about.
    await expect(instance.watchdog.check()).resolves.toBe('5 of 5 workers work');
    end();
    await eventually('all have ended', async () => (await rows()) === 0);
    await stop(instance);
  });
});
