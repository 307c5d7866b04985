import { JOURNAL_CONSUMER } from '@ftm/postgres/journal';
import type { Client, Pool } from '@ftm/postgres/pool';

export interface TenantHead {
  readonly tenantId: string;
  readonly seq: number;
}

export interface AuditRecord {
  readonly headers: Record<string, string>;
  readonly value: Buffer;
}

/** The newest event of every tenant that the journal has. */
export async function newestEvents(client: Pick<Client, 'query'>): Promise<TenantHead[]> {
  const { rows } = await client.query<{ tenant_id: string; seq: string }>(
    'select tenant_id, seq from log.chain_heads where consumer = $1 order by tenant_id',
    [JOURNAL_CONSUMER],
  );
  return rows.map((row) => ({ tenantId: row.tenant_id, seq: Number(row.seq) }));
}

/** A tenant's records from a sequence number on, as many as fit the bytes, but at least one. */
export async function readForAudit(
  pool: Pool,
  tenant: string,
  fromSeq: number,
  limit: number,
  maxBytes: number,
): Promise<AuditRecord[]> {
  const { rows } = await pool.query<AuditRecord>(
    `with sized as (
       select seq, sum(octet_length(value)) over (order by seq) as bytes
       from (select seq, value from log.journal where tenant_id = $1 and seq >= $2 order by seq limit $3) as page)
     select headers, value from log.journal
     where tenant_id = $1 and seq >= $2 and seq <= (select coalesce(max(seq), $2::bigint) from sized where bytes <= $4)
     order by seq`,
    [tenant, fromSeq, limit, maxBytes],
  );
  return rows;
}
