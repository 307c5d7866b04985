import { withTenant, type Client, type Pool } from './pool.ts';

/** A data key that was destroyed, as the log says; of all keys of a tenant that was erased, one row says so. */
export interface ErasedKey {
  readonly tenantId: string;
  readonly dataKeyId: string;
}

export const ALL_KEYS = '*';

/** Once for each key, however often the log is read. */
export async function saveErasedKeys(client: Client, keys: readonly ErasedKey[]): Promise<void> {
  if (keys.length === 0) return;
  await client.query(
    `insert into log.erased_keys (tenant_id, data_key_id)
     select * from unnest($1::text[], $2::text[]) on conflict do nothing`,
    [keys.map(({ tenantId }) => tenantId), keys.map(({ dataKeyId }) => dataKeyId)],
  );
}

/** Was the key destroyed, or all of its tenant? */
export async function isKeyErased(pool: Pool, tenantId: string, keyId: string): Promise<boolean> {
  const { rows } = await withTenant(pool, tenantId, (client) =>
    client.query<{ erased: boolean }>(
      `select exists (select from log.erased_keys where tenant_id = $1 and data_key_id in ($2, '${ALL_KEYS}')) as erased`,
      [tenantId, keyId],
    ),
  );
  return rows[0]?.erased ?? false;
}

/** Those that were destroyed; for who serves all tenants. */
export async function erasedAmong(pool: Pool, keys: readonly ErasedKey[]): Promise<ErasedKey[]> {
  const { rows } = await pool.query<{ tenant_id: string; data_key_id: string }>(
    `select k.tenant_id, k.data_key_id from unnest($1::text[], $2::text[]) as k (tenant_id, data_key_id)
     where exists (select from log.erased_keys e
       where e.tenant_id = k.tenant_id and e.data_key_id in (k.data_key_id, '${ALL_KEYS}'))`,
    [keys.map(({ tenantId }) => tenantId), keys.map(({ dataKeyId }) => dataKeyId)],
  );
  return rows.map(({ tenant_id, data_key_id }) => ({ tenantId: tenant_id, dataKeyId: data_key_id }));
}
