import { JOURNAL_CONSUMER, type JournalRecord } from './journal.ts';
import type { Client } from './pool.ts';

export interface SnapshotRecord extends JournalRecord {
  /** It extends the chain, but stands among the parked records alone. */
  readonly parkedOnly: boolean;
}

interface Row extends Omit<SnapshotRecord, 'offset' | 'tenantId' | 'parkedOnly'> {
  readonly offset: string;
  readonly tenant_id: string;
  readonly parked_only: boolean;
}

const PAGE = 1000;
/** A reader that is slow to take what it asked for; after it the transaction is given up. */
const SLOWEST_READER = '10min';

/** From here on the transaction sees one moment of the database, whatever is written meanwhile. First thing in it. */
export async function holdMoment(client: Client): Promise<void> {
  await client.query('set transaction isolation level repeatable read, read only');
  await client.query("select set_config('idle_in_transaction_session_timeout', $1, true)", [SLOWEST_READER]);
}

/** Everything that extends a chain, in the order of the log. */
export async function* readWholeJournal(client: Client): AsyncGenerator<SnapshotRecord[]> {
  const pages = readPages<Row>(
    client,
    `select partition, "offset", tenant_id, headers, value, false as parked_only from log.journal
     union all
     select partition, "offset", tenant_id, headers, value, true from log.parked p
     where consumer = '${JOURNAL_CONSUMER}' and not exists (select from log.journal j where j.partition = p.partition and j."offset" = p."offset")
     order by partition, "offset"`,
  );
  for await (const rows of pages)
    yield rows.map(({ partition, offset, tenant_id, headers, value, parked_only }) => ({
      partition,
      offset: BigInt(offset),
      tenantId: tenant_id,
      headers,
      value,
      parkedOnly: parked_only,
    }));
}

/** The journal consumer's rows of a table beside it, as the database writes them in JSON. @param table of the schema `log`, as SQL */
export async function* readSideRows(
  client: Client,
  table: string,
): AsyncGenerator<Readonly<Record<string, unknown>>[]> {
  const sql = `select to_jsonb(each) as row from log.${table} each where consumer = '${JOURNAL_CONSUMER}'`;
  for await (const rows of readPages<{ row: Record<string, unknown> }>(client, sql))
    yield rows.map(({ row }) => row);
}

export async function insertSideRows(
  client: Client,
  table: string,
  rows: readonly Readonly<Record<string, unknown>>[],
): Promise<void> {
  await client.query(
    `insert into log.${table} overriding user value
     select row.* from unnest($1::jsonb[]) as json, jsonb_populate_record(null::log.${table}, json) as row`,
    [rows.map((row) => JSON.stringify({ ...row, consumer: JOURNAL_CONSUMER }))],
  );
}

/** Published checkpoints of all tenants, as notes. */
export async function* readNotes(client: Client): AsyncGenerator<{ tenantId: string; note: string }[]> {
  yield* readPages(
    client,
    'select tenant_id as "tenantId", note from log.audit_checkpoints order by tenant_id, size',
  );
}

/**
 * Takes the journal for this transaction: nobody begins one meanwhile. Plans walk the indexes from here on, because tables that were filled a moment ago have no statistics.
 * @returns false when there is one already
 */
export async function lockEmptyJournal(client: Client): Promise<boolean> {
  await client.query(
    "select set_config('statement_timeout', '0', true), set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true)",
  );
  await client.query('lock table log.checkpoints in share row exclusive mode');
  const { rows } = await client.query<{ empty: boolean }>(
    `select not exists (select from log.chain_heads where consumer = $1) and not exists (select from log.journal)
       and not exists (select from log.parked where consumer = $1) as empty`,
    [JOURNAL_CONSUMER],
  );
  return rows[0]?.empty === true;
}

/** Where the journal's consumer goes on. Whoever had the partition has lost it. */
export async function setPosition(client: Client, partition: number, nextOffset: bigint): Promise<void> {
  await client.query(
    `insert into log.checkpoints (consumer, partition, next_offset, epoch) values ($1, $2, $3, 1)
     on conflict (consumer, partition) do update set next_offset = excluded.next_offset, epoch = log.checkpoints.epoch + 1`,
    [JOURNAL_CONSUMER, partition, String(nextOffset)],
  );
}

/** One cursor at a time. Memory is that of a page. */
async function* readPages<R extends object>(client: Client, sql: string): AsyncGenerator<R[]> {
  await client.query(`declare pages no scroll cursor for ${sql}`);
  try {
    for (;;) {
      const { rows } = await client.query<R>(`fetch ${PAGE} from pages`);
      if (rows.length > 0) yield rows;
      if (rows.length < PAGE) return;
    }
  } finally {
    await client.query('close pages').catch(() => undefined);
  }
}
