import type { Pool } from '@ftm/postgres/pool';
import type { Logger } from '@ftm/runtime/logger';

const BEAT_MS = 2000;
const DEAD_AFTER_S = 10;

/**
 * A worker that was taken for dead and was not (it hung, or its machine was busy) ends a job that another one runs by then: the job goes, and with it what would have freed its queue when the other one
 * ends it. A job and its queue are locked and freed by one statement each, so a queue without a job of its holder is held by nobody.
 */
const FREE_QUEUES = `update graphile_worker._private_job_queues as queue set locked_by = null, locked_at = null
  where locked_by is not null
    and not exists (select from graphile_worker._private_jobs where job_queue_id = queue.id and locked_by = queue.locked_by)`;

/**
 * The queue gives a lost worker's jobs back after hours. Runners say every few seconds which workers are theirs; a job that was taken longer ago than that and whose worker
 * is silent, or never said anything because its process died at once, is unlocked. Running a job twice is safe: every step is a command with an id of its own.
 */
export async function startHeartbeat(
  pool: Pool,
  instance: string,
  workerIds: () => readonly string[],
  logger: Logger,
): Promise<{ stop(): Promise<void> }> {
  const beat = async (): Promise<void> => {
    await pool.query(
      'insert into work.runner_workers (worker_id, instance) select unnest($1::text[]), $2 on conflict (worker_id) do update set seen_at = now()',
      [workerIds(), instance],
    );
    await pool.query(
      `delete from work.runner_workers where seen_at < now() - interval '${DEAD_AFTER_S} seconds'`,
    );
    const { rows } = await pool.query<{ worker_id: string }>(
      `select distinct locked_by as worker_id from graphile_worker.jobs
       where locked_at < now() - interval '${DEAD_AFTER_S} seconds'
         and not exists (select from work.runner_workers where worker_id = locked_by)`,
    );
    if (rows.length > 0) {
      await pool.query('select graphile_worker.force_unlock_workers($1)', [rows.map((row) => row.worker_id)]);
      logger.warn('gave back the jobs of workers that are gone', { workers: rows.length });
    }
    const { rowCount } = await pool.query(FREE_QUEUES);
    if ((rowCount ?? 0) > 0) logger.warn('freed queues that no job held any more', { queues: rowCount });
  };
  const timer = setInterval(
    () => void beat().catch((error: unknown) => logger.warn('no heartbeat', { error })),
    BEAT_MS,
  );
  return {
    async stop() {
      clearInterval(timer);
      await pool
        .query('delete from work.runner_workers where worker_id = any($1)', [workerIds()])
        .catch(() => undefined);
    },
  };
}
