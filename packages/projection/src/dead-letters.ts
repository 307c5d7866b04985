import { UndecodableValue, type Registry } from '@ftm/event-log/registry';
import type { JournalRecord } from '@ftm/postgres/journal';
import { isRefusedData, withTransaction, type Client, type Pool } from '@ftm/postgres/pool';
import { readStored } from './read-stored.ts';
import { PoisonEvent, type ProjectedEvent, type ProjectionOptions } from './projection.ts';

/** What stands for the stream of records whose envelope is unsound, so that it cannot be trusted to name one. */
export const NO_STREAM = '-';

/** A stream with parked records: the first is why, the others wait behind it. */
export interface DeadLetter {
  readonly consumer: string;
  readonly tenantId: string;
  /** `NO_STREAM` for records whose envelope is unsound. */
  readonly stream: string;
  readonly events: number;
  /** `<partition>:<offset>` of the first. */
  readonly position: string;
  readonly reason: string;
  readonly parkedAt: string;
  /** Null while somebody should look at it. */
  readonly discardedAt: string | null;
}

/** One parked record. */
export interface ParkedEvent {
  /** `<partition>:<offset>`. */
  readonly position: string;
  readonly reason: string;
  readonly headers: Readonly<Record<string, string>>;
  /** What it says; null where this program cannot read it. */
  readonly data: unknown;
  readonly bytes: number;
}

/** What an operator did, and when. */
export interface DeadLetterAction {
  readonly action: 'replay' | 'discard';
  readonly actor: string;
  readonly note: string;
  readonly events: number;
  readonly remaining: number;
  readonly at: string;
}

export interface ReplayOutcome {
  readonly replayed: number;
  readonly remaining: number;
  /** Why the next one still cannot be taken; null when none is left. */
  readonly reason: string | null;
}

interface ParkedRow {
  readonly partition: number;
  readonly offset: string;
  readonly stream: string | null;
  readonly reason: string;
  readonly headers: Record<string, string>;
  readonly value: Buffer;
}

/** The parked records of one consumer, and what an operator can do about them. Everything done is noted with who did it. */
export interface DeadLetters {
  list(): Promise<DeadLetter[]>;
  /**
   * A stream's parked records in order, and what was done about it so far.
   * @throws RangeError when the stream has none, and never had
   */
  show(
    tenant: string,
    stream: string,
  ): Promise<{ readonly events: readonly ParkedEvent[]; readonly actions: readonly DeadLetterAction[] }>;
  /**
   * Applies a stream's parked records in order, up to the first that still cannot be taken. One transaction: a crash leaves it undone. Discarded ones can be replayed too.
   * @throws RangeError when the stream has none, ReplayRefused
   */
  replay(tenant: string, stream: string, actor: string): Promise<ReplayOutcome>;
  /**
   * Gives a stream's parked records up. They stay in the log, the journal and here; later events of the stream are parked as before.
   * @throws RangeError when the stream has none
   */
  discard(tenant: string, stream: string, actor: string, note: string): Promise<{ readonly events: number }>;
}

const stored = (tenant: string, row: ParkedRow): JournalRecord => ({
  ...row,
  tenantId: tenant,
  offset: BigInt(row.offset),
});

const OF_STREAM = `consumer = $1 and tenant_id = $2 and stream is not distinct from nullif($3, '${NO_STREAM}')`;

const isoTime = (sql: string): string =>
  `to_char(${sql} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

const nothingParked = (tenant: string, stream: string): RangeError =>
  new RangeError(`nothing of ${stream} of ${tenant} is parked`);

export interface DeadLetterOptions extends Pick<ProjectionOptions, 'consumer' | 'apply'> {
  /** Why no replay may be done now; null when it may. Asked in the replay's transaction. */
  readonly whyNot?: (client: Client) => Promise<string | null>;
}

/** A replay may not be done now. */
export class ReplayRefused extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'ReplayRefused';
  }
}

export function createDeadLetters(
  pool: Pool,
  registry: Registry,
  { consumer, apply, whyNot }: DeadLetterOptions,
): DeadLetters {
  async function parked(client: Client | Pool, tenant: string, stream: string): Promise<ParkedRow[]> {
    const { rows } = await client.query<ParkedRow>(
      `select partition, "offset", stream, reason, headers, value from log.parked where ${OF_STREAM} order by "offset"`,
      [consumer, tenant, stream],
    );
    return rows;
  }

  /** No batch of the partition runs before this transaction has ended. */
  async function locked(client: Client, tenant: string, stream: string): Promise<ParkedRow[]> {
    await client.query(
      `select 1 from log.checkpoints where consumer = $1 and partition in
       (select partition from log.parked where ${OF_STREAM}) order by partition for update`,
      [consumer, tenant, stream],
    );
    const rows = await parked(client, tenant, stream);
    if (rows.length === 0) throw nothingParked(tenant, stream);
    return rows;
  }

  /** Null when it was taken, else why not. */
  async function take(client: Client, tenant: string, row: ParkedRow): Promise<string | null> {
    if (row.stream === null) return row.reason;
    const { rowCount } = await client.query(
      'select 1 from log.journal where partition = $1 and "offset" = $2',
      [row.partition, row.offset],
    );
    if (consumer === 'journal' && rowCount === 0) return 'the journal could not keep the record';
    let event: ProjectedEvent;
    try {
      event = await readStored(registry, stored(tenant, row));
    } catch (error) {
      if (error instanceof UndecodableValue) return error.message;
      throw error;
    }
    await client.query('savepoint before_event');
    try {
      await apply(client, [event]);
      return null;
    } catch (error) {
      if (!(error instanceof PoisonEvent) && !isRefusedData(error)) throw error;
      await client.query('rollback to savepoint before_event');
      return error instanceof PoisonEvent
        ? ([...error.reasons.values()][0] ?? error.message)
        : `the database refuses it: ${(error as Error).message}`;
    }
  }

  const note = (
    client: Client,
    action: 'replay' | 'discard',
    what: { tenant: string; stream: string; actor: string; note: string; events: number; remaining: number },
  ) =>
    client.query(
      'insert into log.dead_letter_actions (consumer, tenant_id, stream, action, actor, note, events, remaining) values ($1, $2, $3, $4, $5, $6, $7, $8)',
      [consumer, what.tenant, what.stream, action, what.actor, what.note, what.events, what.remaining],
    );

  return {
    async list() {
      const { rows } = await pool.query<DeadLetter>(
        `select $1 as consumer, tenant_id as "tenantId", coalesce(stream, '${NO_STREAM}') as stream, count(*)::int as events,
           min(partition) || ':' || min("offset") as position, (array_agg(reason order by "offset"))[1] as reason,
           ${isoTime('min(parked_at)')} as "parkedAt",
           ${isoTime('max(discarded_at) filter (where not undecided)')} as "discardedAt"
         from (select *, bool_or(discarded_at is null) over (partition by tenant_id, stream) as undecided from log.parked where consumer = $1) each
         group by tenant_id, stream order by min(parked_at), tenant_id, stream`,
        [consumer],
      );
      return rows;
    },
    async show(tenant, stream) {
      const rows = await parked(pool, tenant, stream);
      const { rows: actions } = await pool.query<DeadLetterAction>(
        `select action, actor, note, events, remaining, ${isoTime('at')} as at from log.dead_letter_actions
         where consumer = $1 and tenant_id = $2 and stream = $3 order by id`,
        [consumer, tenant, stream],
      );
      if (rows.length === 0 && actions.length === 0) throw nothingParked(tenant, stream);
      const events = rows.map(async (row) => ({
        position: `${row.partition}:${row.offset}`,
        reason: row.reason,
        headers: row.headers,
        data: await readStored(registry, stored(tenant, row)).then(
          ({ event }) => event.data,
          () => null,
        ),
        bytes: row.value.length,
      }));
      return { events: await Promise.all(events), actions };
    },
    replay: (tenant, stream, actor) =>
      withTransaction(pool, async (client) => {
        const reasonNot = (await whyNot?.(client)) ?? null;
        if (reasonNot !== null) throw new ReplayRefused(reasonNot);
        const rows = await locked(client, tenant, stream);
        let replayed = 0;
        let reason: string | null = null;
        for (const row of rows) {
          reason = await take(client, tenant, row);
          const key = [consumer, row.partition, row.offset];
          if (reason !== null) {
            await client.query(
              'update log.parked set reason = $4 where consumer = $1 and partition = $2 and "offset" = $3',
              [...key, reason],
            );
            break;
          }
          await client.query(
            'delete from log.parked where consumer = $1 and partition = $2 and "offset" = $3',
            key,
          );
          replayed += 1;
        }
        const remaining = rows.length - replayed;
        const outcome = { events: replayed, remaining, note: reason ?? 'all were taken' };
        await note(client, 'replay', { tenant, stream, actor, ...outcome });
        return { replayed, remaining, reason };
      }),
    discard: (tenant, stream, actor, why) =>
      withTransaction(pool, async (client) => {
        const { length: events } = await locked(client, tenant, stream);
        await client.query(
          `update log.parked set discarded_at = coalesce(discarded_at, now()) where ${OF_STREAM}`,
          [consumer, tenant, stream],
        );
        await note(client, 'discard', { tenant, stream, actor, note: why, events, remaining: events });
        return { events };
      }),
  };
}
