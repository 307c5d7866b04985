import type { Pool } from '@ftm/postgres/pool';
import type { Logger } from '@ftm/runtime/logger';
import { HINTED_PRIORITY } from './kinds.ts';

const LOOK_MS = 1000;
/** The provider tries a webhook again for 72 hours; after that nobody knows it any more. */
const KEEP_HOURS = 96;

/**
 * Makes the job that a hint is about due now. A hint about a job that is being run, or that the log does not know yet, waits.
 * @returns jobs that were made due
 */
export async function useHints(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ due: string }>(
    `with ready as (
       select hint.webhook_id, job.id
       from work.provider_hints hint
       join work.provider_jobs known using (provider_job_id)
       join graphile_worker.jobs job on job.key = 'ft/' || known.tenant_id || '/' || known.ft_job_id
       where hint.used_at is null and job.locked_at is null
     ), used as (
       update work.provider_hints set used_at = now() where webhook_id in (select webhook_id from ready) and used_at is null
     )
     select count(*) as due from graphile_worker.reschedule_jobs(array(select distinct id from ready), run_at => now(), priority => $1)`,
    [HINTED_PRIORITY],
  );
  return Number(rows[0]?.due ?? 0);
}

/** Forgets what cannot come again. */
export async function forgetHints(pool: Pool): Promise<void> {
  await pool.query(
    `delete from work.provider_hints where received_at < now() - interval '${KEEP_HOURS} hours'`,
  );
}

/** Looks for hints for as long as the runner lives; without it, jobs are found by polling. */
export function startHints(pool: Pool, logger: Logger): { stop(): void } {
  let busy = false;
  const look = async (): Promise<void> => {
    if (busy) return;
    busy = true;
    try {
      if ((await useHints(pool)) > 0) await forgetHints(pool);
    } catch (error) {
      logger.warn('the provider’s hints cannot be read', { error });
    } finally {
      busy = false;
    }
  };
  const timer = setInterval(() => void look(), LOOK_MS);
  return { stop: () => clearInterval(timer) };
}
