import type { Client, Pool } from './pool.ts';

/** A set of read models: one is live, one may be building. */
export interface Generation {
  readonly generation: number;
  readonly status: 'building' | 'live' | 'retired' | 'failed';
  readonly actor: string;
  /** Why it failed. */
  readonly reason: string | null;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly folded: boolean;
  /** Of the building: events that are in it, and that were there when it began. */
  readonly events: number;
  readonly total: number;
  readonly rows: number;
}

/** Whoever writes to the live generation holds it shared, whoever swaps holds it alone; number that nothing else locks. */
const GENERATION_LOCK = 7_283_005;

export const schemaOf = (generation: number): string => `rm_v${generation}`;

/** The schema of the live generation, which stays the live one until the transaction ends. */
export async function liveSchema(client: Client): Promise<string> {
  // Two statements: the second sees what was committed before the lock was given.
  await client.query('select pg_advisory_xact_lock_shared($1)', [GENERATION_LOCK]);
  const { rows } = await client.query<{ schema: string }>('select log.live_schema() as schema');
  const schema = rows[0]?.schema;
  if (schema === undefined) throw new Error('no generation is live');
  return schema;
}

/** No batch is written until the transaction ends. @throws the database's error 55P03 when that does not come to pass in time */
export async function stopWriters(client: Client, timeoutMs: number): Promise<void> {
  await client.query("select set_config('lock_timeout', $1, true)", [`${timeoutMs}ms`]);
  await client.query('select pg_advisory_xact_lock($1)', [GENERATION_LOCK]);
}

const iso = (column: string): string =>
  `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

export async function listGenerations(client: Pick<Client, 'query'>): Promise<Generation[]> {
  const { rows } = await client.query<Generation>(
    `select generation, status, actor, reason, ${iso('started_at')} as "startedAt", ${iso('ended_at')} as "endedAt", folded,
       events::float8 as events, total::float8 as total, rows::float8 as rows from log.generations order by generation`,
  );
  return rows;
}

/** Is one being built? Then parked events must stay where they are, for it has passed them by. */
export async function isBuilding(client: Client): Promise<boolean> {
  await client.query('select pg_advisory_xact_lock_shared($1)', [GENERATION_LOCK]);
  const { rowCount } = await client.query("select 1 from log.generations where status = 'building'");
  return (rowCount ?? 0) > 0;
}

/**
 * Empty tables beside the live ones, and the offsets up to which they are to be folded first.
 * @throws the database's error 23505 when one is being built already
 */
export async function beginGeneration(client: Client, actor: string, consumer: string): Promise<number> {
  // A replay that runs now has ended before, or sees that one is being built.
  await client.query('select pg_advisory_xact_lock($1)', [GENERATION_LOCK]);
  const { rows } = await client.query<{ n: number }>('select log.begin_generation($1) as n', [actor]);
  const generation = rows[0]?.n ?? 0;
  await client.query(
    'insert into log.generation_positions (generation, partition, next_offset) select $1, partition, next_offset from log.checkpoints where consumer = $2',
    [generation, consumer],
  );
  await client.query(
    'update log.generations set total = (select coalesce(sum(seq), 0) from log.chain_heads where consumer = $2) where generation = $1',
    [generation, consumer],
  );
  return generation;
}

export async function swapGeneration(client: Client, generation: number): Promise<void> {
  await client.query('select log.swap_generation($1)', [generation]);
}

/** @throws the database's error P0001 for the live one */
export async function dropGeneration(client: Client, generation: number): Promise<void> {
  await client.query('select log.drop_generation($1)', [generation]);
}

export async function failGeneration(pool: Pool, generation: number, reason: string): Promise<void> {
  await pool.query(
    "update log.generations set status = 'failed', reason = $2, ended_at = now() where generation = $1 and status = 'building'",
    [generation, reason],
  );
}

/** Where the building stands. Its row is locked: nobody else builds, drops or swaps it until the transaction ends. Null when it is not being built any more. */
export async function lockBuilding(
  client: Client,
  generation: number,
): Promise<{ readonly tenant: string; readonly stream: string; readonly folded: boolean } | null> {
  const { rows } = await client.query<{ tenant: string; stream: string; folded: boolean }>(
    "select last_tenant as tenant, last_stream as stream, folded from log.generations where generation = $1 and status = 'building' for update",
    [generation],
  );
  return rows[0] ?? null;
}

/** What a step of the building came to, in its transaction. */
export async function noteProgress(
  client: Client,
  generation: number,
  step: {
    readonly tenant?: string;
    readonly stream?: string;
    readonly folded?: boolean;
    readonly events: number;
    readonly rows?: number;
  },
): Promise<void> {
  await client.query(
    `update log.generations set last_tenant = coalesce($2, last_tenant), last_stream = coalesce($3, last_stream),
       folded = coalesce($4, folded), events = events + $5, rows = rows + $6 where generation = $1`,
    [generation, step.tenant, step.stream, step.folded, step.events, step.rows ?? 0],
  );
}

/** Partition → first offset that is not in the generation. */
export async function readPositions(client: Client, generation: number): Promise<Map<number, bigint>> {
  const { rows } = await client.query<{ partition: number; next_offset: string }>(
    'select partition, next_offset from log.generation_positions where generation = $1',
    [generation],
  );
  return new Map(rows.map((row) => [row.partition, BigInt(row.next_offset)]));
}

export async function movePosition(
  client: Client,
  generation: number,
  partition: number,
  nextOffset: bigint,
): Promise<void> {
  await client.query(
    `insert into log.generation_positions (generation, partition, next_offset) values ($1, $2, $3)
     on conflict (generation, partition) do update set next_offset = excluded.next_offset`,
    [generation, partition, String(nextOffset)],
  );
}
