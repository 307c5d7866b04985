import type { Client, Pool } from './pool.ts';
import { withTenant } from './pool.ts';

/** A record as it stands in Kafka. */
export interface JournalRecord {
  readonly partition: number;
  readonly offset: bigint;
  readonly tenantId: string;
  readonly headers: Record<string, string>;
  readonly value: Buffer;
}

export interface JournalEntry extends JournalRecord {
  readonly seq: number;
  readonly stream: string;
  readonly version: number;
  readonly eventId: string;
  readonly type: string;
  readonly time: string;
  readonly command: string;
  readonly hash: string;
}

interface Row {
  readonly partition: number;
  readonly offset: string;
  readonly tenant_id: string;
  readonly headers: Record<string, string>;
  readonly value: Buffer;
}

const COLUMNS = 'partition, "offset", tenant_id, headers, value';
/** The journal of the projector: as far as its checkpoint says, neither less nor more. */
export const JOURNAL_CONSUMER = 'journal';

/**
 * Adds records, with one statement.
 * @throws the database's error of class 23 for a sequence number, version or offset that is taken: the caller is not who it thinks it is
 */
export async function insertJournal(client: Client, entries: readonly JournalEntry[]): Promise<void> {
  if (entries.length === 0) return;
  await client.query(
    `insert into log.journal (tenant_id, seq, stream, version, partition, "offset", event_id, type, time, command, hash, headers, value)
     select * from unnest($1::text[], $2::bigint[], $3::text[], $4::int[], $5::int[], $6::bigint[], $7::uuid[], $8::text[], $9::timestamptz[], $10::text[], $11::text[], $12::jsonb[], $13::bytea[])`,
    [
      entries.map((each) => each.tenantId),
      entries.map((each) => each.seq),
      entries.map((each) => each.stream),
      entries.map((each) => each.version),
      entries.map((each) => each.partition),
      entries.map((each) => String(each.offset)),
      entries.map((each) => each.eventId),
      entries.map((each) => each.type),
      entries.map((each) => each.time),
      entries.map((each) => each.command),
      entries.map((each) => each.hash),
      entries.map((each) => JSON.stringify(each.headers)),
      entries.map((each) => each.value),
    ],
  );
}

/**
 * What a partition's writer asks of the journal; see `Journal` in the event log.
 * @param pool of the role `ftm_writer`, which serves all tenants of its partitions
 */
export function createJournalReader(pool: Pool) {
  const ask = async (sql: string, parameters: unknown[]): Promise<JournalRecord[]> =>
    (await pool.query<Row>(sql, parameters)).rows.map(toRecord);
  return {
    position: (partition: number): Promise<bigint> => journalPosition(pool, partition),
    loadStreams: (
      _partition: number,
      tenantId: string,
      streams: readonly string[],
    ): Promise<JournalRecord[]> =>
      ask(
        `select ${COLUMNS} from log.journal where tenant_id = $1 and stream = any($2) order by stream, version`,
        [tenantId, streams],
      ),
    findCommands: (_partition: number, ids: readonly string[]): Promise<JournalRecord[]> =>
      ask(`select ${COLUMNS} from log.journal where command = any($1) order by tenant_id, seq`, [ids]),
    async heads(
      _partition: number,
      tenants: readonly string[],
    ): Promise<Map<string, { seq: number; hash: string; time: string }>> {
      const { rows } = await pool.query<{ tenant_id: string; seq: string; hash: string; time: Date }>(
        'select tenant_id, seq, hash, time from log.chain_heads where consumer = $1 and tenant_id = any($2)',
        [JOURNAL_CONSUMER, tenants],
      );
      return new Map(
        rows.map((row) => [
          row.tenant_id,
          { seq: Number(row.seq), hash: row.hash, time: row.time.toISOString() },
        ]),
      );
    },
  };
}

/** The first offset that the journal does not have. */
export async function journalPosition(pool: Pool, partition: number): Promise<bigint> {
  const { rows } = await pool.query<{ next_offset: string }>(
    'select next_offset from log.checkpoints where consumer = $1 and partition = $2',
    [JOURNAL_CONSUMER, partition],
  );
  return BigInt(rows[0]?.next_offset ?? 0);
}

/** A stream of a tenant, oldest first. */
export function readStream(pool: Pool, tenantId: string, stream: string): Promise<JournalRecord[]> {
  return withTenant(pool, tenantId, async (client) =>
    (
      await client.query<Row>(
        `select ${COLUMNS} from log.journal where tenant_id = $1 and stream = $2 order by version`,
        [tenantId, stream],
      )
    ).rows.map(toRecord),
  );
}

/** A tenant's events in order from a sequence number on. */
export function readTenant(
  pool: Pool,
  tenantId: string,
  fromSeq: number,
  limit: number,
): Promise<JournalRecord[]> {
  return withTenant(pool, tenantId, async (client) =>
    (
      await client.query<Row>(
        `select ${COLUMNS} from log.journal where tenant_id = $1 and seq >= $2 order by seq limit $3`,
        [tenantId, fromSeq, limit],
      )
    ).rows.map(toRecord),
  );
}

/** All streams of one aggregate of a tenant, up to a time, in order. */
export function readAggregate(
  pool: Pool,
  tenantId: string,
  aggregate: string,
  until: string,
): Promise<JournalRecord[]> {
  return withTenant(pool, tenantId, async (client) =>
    (
      await client.query<Row>(
        `select ${COLUMNS} from log.journal where tenant_id = $1 and stream like $2 and time <= $3 order by seq`,
        [tenantId, `${aggregate}/%`, until],
      )
    ).rows.map(toRecord),
  );
}

const toRecord = (row: Row): JournalRecord => ({
  partition: row.partition,
  offset: BigInt(row.offset),
  tenantId: row.tenant_id,
  headers: row.headers,
  value: row.value,
});

export interface StreamRecord extends JournalRecord {
  readonly stream: string;
}

interface StreamRow extends Row {
  readonly stream: string;
}

const toStreamRecord = (row: StreamRow): StreamRecord => ({ ...toRecord(row), stream: row.stream });

/**
 * The journal in the order of streams, each from its first event on, up to the given offset of each partition. Reads in pages: memory does not grow with the log.
 * @param after the stream behind which it begins
 */
export async function* readStreams(
  client: Client,
  after: { readonly tenant: string; readonly stream: string },
  until: ReadonlyMap<number, bigint>,
  pageSize = 2000,
): AsyncGenerator<StreamRecord[]> {
  const ends = Array.from({ length: Math.max(0, ...until.keys()) + 1 }, (_, at) =>
    String(until.get(at) ?? 0),
  );
  // Not a join: with one, the planner would rather sort the whole table than walk its index.
  await client.query(
    `declare streams no scroll cursor for select ${COLUMNS}, stream from log.journal
     where (tenant_id, stream) > ($1, $2) and "offset" < ($3::bigint[])[partition + 1] order by tenant_id, stream, version`,
    [after.tenant, after.stream, ends],
  );
  try {
    for (;;) {
      const { rows } = await client.query<StreamRow>(`fetch ${pageSize} from streams`);
      if (rows.length > 0) yield rows.map(toStreamRecord);
      if (rows.length < pageSize) return;
    }
  } finally {
    await client.query('close streams').catch(() => undefined);
  }
}

/** A part of a partition, in the order of the log. */
export async function readPartition(
  client: Client,
  partition: number,
  from: bigint,
  until: bigint,
  limit: number,
): Promise<StreamRecord[]> {
  const { rows } = await client.query<StreamRow>(
    `select ${COLUMNS}, stream from log.journal where partition = $1 and "offset" >= $2 and "offset" < $3 order by "offset" limit $4`,
    [partition, String(from), String(until), limit],
  );
  return rows.map(toStreamRecord);
}
