import type { TenantId } from '@ftm/contracts/ids';
import type { Pool } from '@ftm/postgres/pool';
import type { OpenWork } from '../tasks.ts';

/**
 * What the queue still has of a tenant: what waits, and what a worker holds though the log has ended it. The work of an event is there before that of any later one of the tenant,
 * because one partition holds them all.
 */
export async function openWork(pool: Pool, tenantId: TenantId): Promise<readonly OpenWork[]> {
  const { rows } = await pool.query<OpenWork>(
    `select t.identifier as task, j.payload ->> 'id' as id
     from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
     where j.payload ->> 'tenantId' = $1 and (j.locked_at is not null or j.attempts < j.max_attempts)`,
    [tenantId],
  );
  return rows;
}
