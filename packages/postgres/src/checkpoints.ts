import type { Client, Pool } from './pool.ts';

export interface Claim {
  readonly nextOffset: bigint;
  readonly epoch: number;
}

export interface Head {
  readonly seq: number;
  readonly hash: string;
}

/** Takes a partition for this process: the epoch goes up, and whoever had it before can no longer move the checkpoint. */
export async function claimPartition(pool: Pool, consumer: string, partition: number): Promise<Claim> {
  const { rows } = await pool.query<{ next_offset: string; epoch: string }>(
    `insert into log.checkpoints (consumer, partition, epoch) values ($1, $2, 1)
     on conflict (consumer, partition) do update set epoch = log.checkpoints.epoch + 1
     returning next_offset, epoch`,
    [consumer, partition],
  );
  const row = rows[0];
  if (row === undefined) throw new Error('a claim returned no row');
  return { nextOffset: BigInt(row.next_offset), epoch: Number(row.epoch) };
}

/** Moves the checkpoint from exactly where the claim left it. False: another process has the partition, so roll back. */
export async function advance(
  client: Client,
  consumer: string,
  partition: number,
  move: { readonly from: bigint; readonly to: bigint; readonly epoch: number },
): Promise<boolean> {
  const { rowCount } = await client.query(
    'update log.checkpoints set next_offset = $4 where consumer = $1 and partition = $2 and next_offset = $3 and epoch = $5',
    [consumer, partition, String(move.from), String(move.to), move.epoch],
  );
  return rowCount === 1;
}

/** The newest event of each of these tenants that the consumer has accepted; none for a tenant without events. */
export async function loadHeads(
  client: Client,
  consumer: string,
  tenants: readonly string[],
): Promise<Map<string, Head>> {
  const { rows } = await client.query<{ tenant_id: string; seq: string; hash: string }>(
    'select tenant_id, seq, hash from log.chain_heads where consumer = $1 and tenant_id = any($2)',
    [consumer, tenants],
  );
  return new Map(rows.map((row) => [row.tenant_id, { seq: Number(row.seq), hash: row.hash }]));
}

/** Moves the heads, in the transaction that moves the checkpoint. */
export async function saveHeads(
  client: Client,
  consumer: string,
  heads: ReadonlyMap<string, Head & { readonly time: string }>,
): Promise<void> {
  if (heads.size === 0) return;
  const entries = [...heads];
  await client.query(
    `insert into log.chain_heads (consumer, tenant_id, seq, hash, time)
     select $1, * from unnest($2::text[], $3::bigint[], $4::text[], $5::timestamptz[])
     on conflict (consumer, tenant_id) do update set seq = excluded.seq, hash = excluded.hash, time = excluded.time`,
    [
      consumer,
      entries.map(([tenant]) => tenant),
      entries.map(([, head]) => head.seq),
      entries.map(([, head]) => head.hash),
      entries.map(([, head]) => head.time),
    ],
  );
}

export interface OddRecord {
  readonly partition: number;
  readonly offset: bigint;
  readonly tenantId: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly reason: string;
}

/** Notes a record that does not extend the chain. Its value stays in Kafka. */
export async function saveVoid(client: Client, consumer: string, record: OddRecord): Promise<void> {
  await client.query(
    'insert into log.void_records (consumer, partition, "offset", tenant_id, reason, headers) values ($1, $2, $3, $4, $5, $6) on conflict do nothing',
    [
      consumer,
      record.partition,
      String(record.offset),
      storable(record.tenantId),
      storable(record.reason),
      storableJson(record.headers),
    ],
  );
}

/** Sets a record aside, to be replayed when the reason is gone. */
export async function park(
  client: Client,
  consumer: string,
  record: OddRecord & { readonly stream: string | null; readonly value: Buffer },
): Promise<void> {
  await client.query(
    'insert into log.parked (consumer, partition, "offset", tenant_id, stream, reason, headers, value) values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing',
    [
      consumer,
      record.partition,
      String(record.offset),
      storable(record.tenantId),
      record.stream === null ? null : storable(record.stream),
      storable(record.reason),
      storableJson(record.headers),
      record.value,
    ],
  );
}

/** Streams of these tenants that have parked records: what comes later in them is parked too. Each as `<tenant> <stream>`. */
export async function parkedStreams(
  client: Client,
  consumer: string,
  tenants: readonly string[],
): Promise<Set<string>> {
  const { rows } = await client.query<{ tenant_id: string; stream: string }>(
    'select distinct tenant_id, stream from log.parked where consumer = $1 and tenant_id = any($2) and stream is not null',
    [consumer, tenants],
  );
  return new Set(rows.map((row) => `${row.tenant_id} ${row.stream}`));
}

/** Streams with parked records, as `<tenant> <stream>` → offset of the first. */
export async function firstParked(client: Client, consumer: string): Promise<Map<string, bigint>> {
  const { rows } = await client.query<{ tenant_id: string; stream: string; first: string }>(
    'select tenant_id, stream, min("offset") as first from log.parked where consumer = $1 and stream is not null group by tenant_id, stream',
    [consumer],
  );
  return new Map(rows.map((row) => [`${row.tenant_id} ${row.stream}`, BigInt(row.first)]));
}

/** Partition → first offset that the consumer has not handled. */
export async function readCheckpoints(client: Client, consumer: string): Promise<Map<number, bigint>> {
  const { rows } = await client.query<{ partition: number; next_offset: string }>(
    'select partition, next_offset from log.checkpoints where consumer = $1',
    [consumer],
  );
  return new Map(rows.map((row) => [row.partition, BigInt(row.next_offset)]));
}

/** Postgres' text cannot hold a NUL. What is set aside is odd by nature and must be stored all the same. */
function storable(text: string): string {
  return text.replaceAll('\0', '\uFFFD');
}

function storableJson(headers: Readonly<Record<string, string>>): string {
  return JSON.stringify(
    Object.fromEntries(Object.entries(headers).map(([name, value]) => [storable(name), storable(value)])),
  );
}
