import { parseStreamId, tenantId, type TenantId } from '@ftm/contracts/ids';
import type { Client, Pool } from '@ftm/postgres/pool';
import type { ProjectedEvent } from '@ftm/projection/projection';

/** A registered model that is not retired. */
export interface WatchedModel {
  readonly tenantId: TenantId;
  readonly id: string;
  readonly projectId: string;
  readonly providerModelId: string;
  readonly baseModel: string;
  /** Of the event that registered it. */
  readonly correlation: string;
  readonly causation: string;
}

/** Registered models, and when each is to be looked at next; a new one at once. */
export interface WatchList {
  /** Those that are due, the longest first. @param now ISO 8601 */
  due(now: string, limit: number): Promise<readonly WatchedModel[]>;
  /** @param at ISO 8601 */
  lookAgain(models: readonly WatchedModel[], at: string): Promise<void>;
}

/** Folds events into the list, in the transaction that moves the checkpoint. */
export async function noteModels(
  client: Client,
  events: readonly Pick<ProjectedEvent, 'event' | 'envelope'>[],
): Promise<void> {
  // What came of each in these events: null is no longer watched.
  const changes = new Map<string, WatchedModel | null>();
  for (const { event, envelope } of events) {
    const { id } = parseStreamId(envelope.stream);
    const key = `${envelope.tenantId} ${id}`;
    if (event.type === 'ModelVersionRegistered') {
      const { projectId, providerModelId, baseModel } = event.data;
      const { tenantId: tenant, correlation, id: causation } = envelope;
      changes.set(key, {
        tenantId: tenant,
        id,
        projectId,
        providerModelId,
        baseModel,
        correlation,
        causation,
      });
    } else if (event.type === 'ModelVersionRetired') changes.set(key, null);
    else if (event.type === 'TenantErased') {
      for (const each of changes.keys()) if (each.startsWith(`${envelope.tenantId} `)) changes.delete(each);
      await client.query('delete from work.model_watches where tenant_id = $1', [envelope.tenantId]);
    }
  }
  await add(
    client,
    [...changes.values()].filter((each) => each !== null),
  );
  const gone = [...changes].flatMap(([key, model]) => (model === null ? [key.split(' ')] : []));
  if (gone.length > 0)
    await client.query(
      'delete from work.model_watches where (tenant_id, model_version_id) in (select * from unnest($1::text[], $2::text[]))',
      [gone.map(([tenant]) => tenant), gone.map(([, id]) => id)],
    );
}

async function add(client: Client, models: readonly WatchedModel[]): Promise<void> {
  if (models.length === 0) return;
  await client.query(
    `insert into work.model_watches (tenant_id, model_version_id, project_id, provider_model_id, base_model, correlation, causation)
     select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[]) on conflict do nothing`,
    [
      models.map((each) => each.tenantId),
      models.map((each) => each.id),
      models.map((each) => each.projectId),
      models.map((each) => each.providerModelId),
      models.map((each) => each.baseModel),
      models.map((each) => each.correlation),
      models.map((each) => each.causation),
    ],
  );
}

interface Row extends Omit<WatchedModel, 'tenantId'> {
  readonly tenantId: string;
}

export function createWatchList(pool: Pool): WatchList {
  return {
    async due(now, limit) {
      const { rows } = await pool.query<Row>(
        `select tenant_id as "tenantId", model_version_id as id, project_id as "projectId", provider_model_id as "providerModelId",
           base_model as "baseModel", correlation, causation
         from work.model_watches where look_at <= $1 order by look_at, tenant_id, model_version_id limit $2`,
        [now, limit],
      );
      return rows.map((row) => ({ ...row, tenantId: tenantId(row.tenantId) }));
    },
    async lookAgain(models, at) {
      await pool.query(
        `update work.model_watches set look_at = $3
         where (tenant_id, model_version_id) in (select * from unnest($1::text[], $2::text[]))`,
        [models.map((each) => each.tenantId), models.map((each) => each.id), at],
      );
    },
  };
}
