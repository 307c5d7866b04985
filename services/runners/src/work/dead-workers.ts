import type { Pool } from '@ftm/postgres/pool';
import type { Logger } from '@ftm/runtime/logger';
import type { Worker } from './crew.ts';

const BEAT_MS = 2000;
const DEAD_AFTER_S = 10;
/** Who has not been heard for so long cannot tell whether the others were. */
const AWAY_MS = (DEAD_AFTER_S * 1000) / 2;
const SWEEP_MS = 60_000;

/**
 * A worker that was taken for dead and was not (it hung, or its machine was busy) ends a job that another one runs by then: the job goes, and with it what would have freed its queue when the other one
 * ends it. A job and its queue are locked and freed by one statement each, so a queue without a job of its holder is held by nobody.
 */
const FREE_QUEUES = `update graphile_worker._private_job_queues as queue set locked_by = null, locked_at = null
  where locked_by is not null
    and not exists (select from graphile_worker._private_jobs where job_queue_id = queue.id and locked_by = queue.locked_by)`;

/** A job that was replaced or removed while it ran, and whose worker died, is never run again and never goes: it has lost its key, and has no attempts left. */
const SWEEP =
  'delete from graphile_worker._private_jobs where attempts >= max_attempts and locked_at is null';

/**
 * Frees what the queue holds for workers that are no more. That they died is no failure of their jobs, which therefore do not wait.
 * @returns how many jobs were held
 */
export async function freeJobsOf(pool: Pool, workerIds: readonly string[]): Promise<number> {
  const { rowCount } = await pool.query(
    `update graphile_worker._private_jobs
     set locked_by = null, locked_at = null, attempts = case when attempts < max_attempts then 0 else attempts end
     where locked_by = any($1)`,
    [workerIds],
  );
  await pool.query('select graphile_worker.force_unlock_workers($1)', [workerIds]);
  await pool.query('delete from work.runner_workers where worker_id = any($1)', [workerIds]);
  return rowCount ?? 0;
}

/**
 * The queue gives a lost worker's jobs back after hours. Runners say every few seconds which workers are theirs; a job that was taken longer ago than that and whose worker
 * is silent, or never said anything because its process died at once, is unlocked. Running a job twice is safe: every step is a command with an id of its own.
 */
export function startHeartbeat(
  pool: Pool,
  instance: string,
  alive: () => readonly Worker[],
  logger: Logger,
): { stop(): Promise<void> } {
  let beating = false;
  let [heardAt, judgesFrom, sweptAt] = [Date.now(), 0, 0];

  const beat = async (): Promise<void> => {
    await pool.query(
      'insert into work.runner_workers (worker_id, instance) select unnest($1::text[]), $2 on conflict (worker_id) do update set seen_at = now()',
      [alive().map(({ id }) => id), instance],
    );
    // After an outage all are silent alike: they get the time to be heard.
    if (Date.now() - heardAt > AWAY_MS) judgesFrom = Date.now() + DEAD_AFTER_S * 1000;
    heardAt = Date.now();
    const freed = await freeStrays(pool, alive);
    if (freed > 0) logger.warn('freed jobs that their workers did not know of', { jobs: freed });
    if (Date.now() < judgesFrom) return;
    await bury();
    const { rowCount } = await pool.query(FREE_QUEUES);
    if ((rowCount ?? 0) > 0) logger.warn('freed queues that no job held any more', { queues: rowCount });
    if (Date.now() - sweptAt < SWEEP_MS) return;
    sweptAt = Date.now();
    await pool.query(SWEEP);
  };

  async function bury(): Promise<void> {
    await pool.query(
      `delete from work.runner_workers where seen_at < now() - interval '${DEAD_AFTER_S} seconds'`,
    );
    const { rows } = await pool.query<{ worker_id: string }>(
      `select distinct locked_by as worker_id from graphile_worker.jobs
       where locked_at < now() - interval '${DEAD_AFTER_S} seconds'
         and not exists (select from work.runner_workers where worker_id = locked_by)`,
    );
    if (rows.length === 0) return;
    await freeJobsOf(
      pool,
      rows.map((row) => row.worker_id),
    );
    logger.warn('gave back the jobs of workers that are gone', { workers: rows.length });
  }

  const timer = setInterval(() => {
    // One at a time: a database that does not answer would be asked on every connection there is.
    if (beating) return;
    beating = true;
    void beat()
      .catch((error: unknown) => logger.warn('no heartbeat', { error }))
      .finally(() => {
        beating = false;
      });
  }, BEAT_MS);
  return {
    async stop() {
      clearInterval(timer);
      await pool
        .query('delete from work.runner_workers where worker_id = any($1)', [alive().map(({ id }) => id)])
        .catch(() => undefined);
    },
  };
}

/**
 * A look whose answer was lost may have taken a job all the same: the database has it as a living worker's, and the worker does not know of it. An answer that is still on its way is no stray: only who
 * did not look for a job all the while can be asked what he has.
 */
async function freeStrays(pool: Pool, alive: () => readonly Worker[]): Promise<number> {
  const before = new Map(alive().map((worker) => [worker.id, worker]));
  const { rows } = await pool.query<{ id: string; locked_by: string }>(
    'select id, locked_by from graphile_worker._private_jobs where locked_by = any($1)',
    [[...before.keys()]],
  );
  const after = new Map(alive().map((worker) => [worker.id, worker]));
  let freed = 0;
  for (const { id, locked_by: holder } of rows) {
    const [then, now] = [before.get(holder), after.get(holder)];
    if (then === undefined || then.doing === 'looking' || then !== now || now.job === id) continue;
    const { rowCount } = await pool.query(
      'update graphile_worker._private_jobs set locked_by = null, locked_at = null where id = $1 and locked_by = $2',
      [id, holder],
    );
    freed += rowCount ?? 0;
  }
  return freed;
}
