import type { Pool } from '@ftm/postgres/pool';
import type { Logger } from '@ftm/runtime/logger';

const BEAT_MS = 2000;
const DEAD_AFTER_S = 10;

/**
 * The queue gives a lost worker's jobs back after hours. Runners say every few seconds which workers are theirs; the jobs of those that fell silent, and those of an
 * earlier life of this instance, are unlocked. Running a job twice is safe: every step is a command with an id of its own.
 */
export async function startHeartbeat(
  pool: Pool,
  instance: string,
  workerIds: () => readonly string[],
  logger: Logger,
): Promise<{ stop(): Promise<void> }> {
  const unlock = async (condition: string, parameters: unknown[]): Promise<void> => {
    const { rows } = await pool.query<{ worker_id: string }>(
      `delete from work.runner_workers where ${condition} returning worker_id`,
      parameters,
    );
    if (rows.length === 0) return;
    await pool.query('select graphile_worker.force_unlock_workers($1)', [rows.map((row) => row.worker_id)]);
    logger.warn('gave back the jobs of workers that are gone', { workers: rows.length });
  };
  const beat = async (): Promise<void> => {
    await pool.query(
      'insert into work.runner_workers (worker_id, instance) select unnest($1::text[]), $2 on conflict (worker_id) do update set seen_at = now()',
      [workerIds(), instance],
    );
    await unlock(`seen_at < now() - interval '${DEAD_AFTER_S} seconds'`, []);
  };
  await unlock('instance = $1', [instance]);
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
