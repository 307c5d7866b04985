import { randomUUID } from 'node:crypto';
import type { Pool } from '@ftm/postgres/pool';

/** Writes a row of a read model, as the projector does: row-level security is forced. @returns its id */
export const inserting =
  (projector: Pool) =>
  async (table: string, tenant: string, project: string, status: string, state: object): Promise<string> => {
    const id = randomUUID();
    await projector.query(
      `insert into rm_v1.${table} (tenant_id, id, project_id, status, version, last_seq, created_at, updated_at, state) values ($1, $2, $3, $4, 1, 1, now(), '2026-11-30T23:30:00Z', $5)`,
      [tenant, id, project, status, JSON.stringify(state)],
    );
    return id;
  };
