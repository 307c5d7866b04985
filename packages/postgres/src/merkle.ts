import { JOURNAL_CONSUMER } from './journal.ts';
import type { Client } from './pool.ts';

/** Event hashes of a tenant by sequence number, as far as the journal has them: `count` from event `seq` on. Each 32 bytes. */
export async function readEventHashes(
  client: Client,
  tenantId: string,
  seq: number,
  count: number,
): Promise<Buffer[]> {
  // A record that extends the chain but could not be stored stands among the parked ones, under its place in the chain.
  const { rows } = await client.query<{ hash: string }>(
    `select hash from (
       select seq, hash from log.journal where tenant_id = $1 and seq between $2 and $3
       union all
       select (p.headers->>'ftm_seq')::bigint, p.headers->>'ftm_hash' from log.parked p
       where p.consumer = $4 and p.tenant_id = $1 and (p.headers->>'ftm_seq')::bigint between $2 and $3
         and not exists (select from log.journal j where j.tenant_id = $1 and j.seq = (p.headers->>'ftm_seq')::bigint)
     ) as known order by seq`,
    [tenantId, seq, seq + count - 1, JOURNAL_CONSUMER],
  );
  return rows.map((row) => Buffer.from(row.hash, 'hex'));
}

/** Stored nodes of a level, in order; fewer when they are not there. */
export async function readNodes(
  client: Client,
  tenantId: string,
  level: number,
  start: number,
  count: number,
): Promise<Buffer[]> {
  const { rows } = await client.query<{ hash: Buffer }>(
    'select hash from log.merkle_nodes where tenant_id = $1 and level = $2 and index between $3 and $4 order by index',
    [tenantId, level, start, start + count - 1],
  );
  return rows.map((row) => row.hash);
}

/** Which of the first `count` nodes of a level are not there, in order. */
export async function missingNodes(
  client: Client,
  tenantId: string,
  level: number,
  count: number,
): Promise<number[]> {
  const { rows } = await client.query<{ index: string }>(
    `select wanted.index from generate_series(0::bigint, $3::bigint - 1) as wanted (index)
     where not exists (
       select from log.merkle_nodes n where n.tenant_id = $1 and n.level = $2 and n.index = wanted.index)
     order by 1`,
    [tenantId, level, count],
  );
  return rows.map((row) => Number(row.index));
}

export interface MerkleNode {
  readonly tenantId: string;
  readonly level: number;
  readonly index: number;
  readonly hash: Uint8Array;
}

/** Adds nodes; one that is there is the same one, because it is made of what never changes. */
export async function insertNodes(client: Client, nodes: readonly MerkleNode[]): Promise<void> {
  if (nodes.length === 0) return;
  await client.query(
    `insert into log.merkle_nodes (tenant_id, level, index, hash)
     select * from unnest($1::text[], $2::int[], $3::bigint[], $4::bytea[]) on conflict do nothing`,
    [
      nodes.map((each) => each.tenantId),
      nodes.map((each) => each.level),
      nodes.map((each) => each.index),
      nodes.map((each) => Buffer.from(each.hash)),
    ],
  );
}

export interface StoredCheckpoint {
  readonly tenantId: string;
  readonly size: number;
  /** Hex. */
  readonly root: string;
  /** ISO 8601. */
  readonly time: string;
  readonly note: string;
  readonly acknowledged: boolean;
}

interface Row {
  readonly tenant_id: string;
  readonly size: string;
  readonly root: string;
  readonly time: Date;
  readonly note: string;
  readonly acknowledged: boolean;
}

const COLUMNS = 'tenant_id, size, root, time, note, acknowledged_at is not null as acknowledged';

/** Newest first. */
export async function readCheckpoints(
  client: Client,
  tenantId: string,
  options: {
    readonly limit: number;
    readonly below?: number | undefined;
    readonly covering?: number | undefined;
  },
): Promise<StoredCheckpoint[]> {
  const { rows } = await client.query<Row>(
    `select ${COLUMNS} from log.audit_checkpoints
     where tenant_id = $1 and ($3::bigint is null or size < $3) and ($4::bigint is null or size >= $4)
     order by size desc limit $2`,
    [tenantId, options.limit, options.below ?? null, options.covering ?? null],
  );
  return rows.map(fromRow);
}

/** The newest checkpoint of every tenant. */
export async function newestCheckpoints(client: Client): Promise<StoredCheckpoint[]> {
  const { rows } = await client.query<Row>(
    `select distinct on (tenant_id) ${COLUMNS} from log.audit_checkpoints order by tenant_id, size desc`,
  );
  return rows.map(fromRow);
}

export async function saveCheckpoint(
  client: Client,
  { tenantId, size, root, time, note }: Omit<StoredCheckpoint, 'acknowledged'>,
): Promise<void> {
  await client.query(
    'insert into log.audit_checkpoints (tenant_id, size, root, time, note) values ($1, $2, $3, $4, $5) on conflict do nothing',
    [tenantId, size, root, time, note],
  );
}

/** The newest one proves those before it: they need not arrive any more. */
export async function acknowledgeCheckpoint(client: Client, tenantId: string, size: number): Promise<void> {
  await client.query(
    'update log.audit_checkpoints set acknowledged_at = now() where tenant_id = $1 and size <= $2 and acknowledged_at is null',
    [tenantId, size],
  );
}

export async function saveVerifierKeys(client: Client, keys: readonly string[]): Promise<void> {
  await client.query(
    'insert into log.audit_keys (verifier_key) select * from unnest($1::text[]) on conflict do nothing',
    [keys],
  );
}

export async function readVerifierKeys(client: Client): Promise<{ key: string; firstUsedAt: string }[]> {
  const { rows } = await client.query<{ verifier_key: string; first_used_at: Date }>(
    'select verifier_key, first_used_at from log.audit_keys order by first_used_at, verifier_key',
  );
  return rows.map((row) => ({ key: row.verifier_key, firstUsedAt: row.first_used_at.toISOString() }));
}

const fromRow = (row: Row): StoredCheckpoint => ({
  tenantId: row.tenant_id,
  size: Number(row.size),
  root: row.root,
  time: row.time.toISOString(),
  note: row.note,
  acknowledged: row.acknowledged,
});
