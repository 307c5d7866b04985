import type { Principal } from '@ftm/orchestrator/client';
import { withTenant, type Pool } from '@ftm/postgres/pool';
import { openStatuses, viewOf } from '@ftm/read-models/read-model';
import { READ_MODELS } from '@ftm/read-models/read-models';
import { Problem } from './http/problem.ts';

/** What a tenant may have open at once; each takes a place of a runner, or of the queue before it. */
const KINDS = {
  dataset: 'datasets',
  'fine-tune': 'fine-tune jobs',
} as const;

export type QuotaKind = keyof typeof KINDS;

export interface Quotas {
  /**
   * Counted in the read model, which follows a moment behind: who asks for many at once may get a few more.
   * @throws Problem 429 `TOO_MANY_OPEN`
   */
  requireRoom(principal: Pick<Principal, 'tenantId'>, kind: QuotaKind): Promise<void>;
}

const RETRY_AFTER_MS = 30_000;

export function createQuotas(pool: Pool, most: Readonly<Record<QuotaKind, number>>): Quotas {
  return {
    async requireRoom({ tenantId }, kind) {
      const model = READ_MODELS[kind];
      const { rows } = await withTenant(pool, tenantId, (client) =>
        client.query<{ count: string }>(
          `select count(*) from ${viewOf(model)} where tenant_id = $1 and status = any($2)`,
          [tenantId, openStatuses(model)],
        ),
      );
      const count = Number(rows[0]?.count ?? 0);
      if (count >= most[kind])
        throw new Problem(
          'TOO_MANY_OPEN',
          `${count} ${KINDS[kind]} of the tenant have not ended, and there may be ${most[kind]}: wait until one has, or cancel one`,
          { retryAfterMs: RETRY_AFTER_MS },
        );
    },
  };
}
