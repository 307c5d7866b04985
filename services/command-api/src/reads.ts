import type { Knex } from 'knex';
import { eventName } from '@ftm/contracts/codec';
import { fromHeaders, type RecordedEvent } from '@ftm/contracts/envelope';
import { parseStreamId, tenantId, type Aggregate, type StreamId } from '@ftm/contracts/ids';
import { fold, projectOf, type StateOf } from '@ftm/domain/aggregates';
import type { PastEvent } from '@ftm/domain/event-meta';
import type { Registry } from '@ftm/event-log/registry';
import type { Principal } from '@ftm/orchestrator/client';
import { readAggregate, readStream, readTenant, type JournalRecord } from '@ftm/postgres/journal';
import { withTenant, type Pool } from '@ftm/postgres/pool';
import { viewOf } from '@ftm/read-models/read-model';
import { READ_MODELS } from '@ftm/read-models/read-models';
import { inScope } from './auth.ts';
import { toPast } from '@ftm/domain/event-meta';
import { decodeCursor, encodeCursor } from '@ftm/api/cursor';
import { pageOf, type List } from './http/page.ts';
import { notFound, Problem } from './http/problem.ts';
import { render, type Rendered } from '@ftm/api/views/render';

/** What a list of resources was asked with. */
export interface ListQuery {
  readonly limit: number;
  readonly cursor?: string | undefined;
  /** By time of creation; default: the newest first. */
  readonly sort?: 'desc' | 'asc' | undefined;
  /** ISO 8601. */
  readonly created_after?: string | undefined;
  readonly created_before?: string | undefined;
  /** `project_id`, `status` or a filter of the read model → value. */
  readonly [filter: string]: string | number | undefined;
}

/** An event with what stands in Kafka for it. */
export interface WrittenEvent extends RecordedEvent {
  readonly headers: Readonly<Record<string, string>>;
  readonly value: Buffer;
  /** Version of its type's schema, from 1. */
  readonly schemaVersion: number;
}

/** Reads of the projections and of the journal, always inside of one tenant. */
export interface Reads {
  one<A extends Aggregate>(
    principal: Principal,
    aggregate: A,
    id: string,
  ): Promise<{ readonly body: Rendered<A>; readonly etag: string }>;
  list<A extends Aggregate>(principal: Principal, aggregate: A, query: ListQuery): Promise<List<Rendered<A>>>;
  stream(principal: Principal, stream: StreamId): Promise<readonly RecordedEvent[]>;
  /** The same, with the bytes. */
  written(principal: Principal, stream: StreamId): Promise<readonly WrittenEvent[]>;
  tenantEvents(principal: Principal, fromSeq: number, limit: number): Promise<readonly RecordedEvent[]>;
  /** All resources of an aggregate as they stood at a time. */
  allAt<A extends Aggregate>(principal: Principal, aggregate: A, at: string): Promise<Rendered<A>[]>;
}

let statements: Promise<Knex> | undefined;
/** Loaded with the first list: it would be a seventh of all that a start loads. */
const loadStatements = (): Promise<Knex> =>
  (statements ??= import('knex').then(({ default: knex }) => knex({ client: 'pg' })));

export function createReads(pool: Pool, registry: Registry): Reads {
  const decode = async (record: JournalRecord): Promise<RecordedEvent> => {
    const envelope = fromHeaders(tenantId(record.tenantId), record.headers);
    if (eventName(envelope.type) === undefined)
      throw new Problem(
        'UNKNOWN_EVENT',
        'a newer version of FTM wrote an event that this one does not know',
        { retryAfterMs: 60_000 },
      );
    return {
      envelope,
      event: await registry.decode(envelope.type, record.value),
      position: { partition: record.partition, offset: record.offset },
    };
  };
  const decodeAll = (records: readonly JournalRecord[]): Promise<RecordedEvent[]> =>
    Promise.all(records.map(decode));

  return {
    async one<A extends Aggregate>(principal: Principal, aggregate: A, id: string) {
      const { rows } = await withTenant(pool, principal.tenantId, (client) =>
        client.query<{ state: StateOf<A>; version: number }>(
          `select state, version from ${viewOf(READ_MODELS[aggregate])} where tenant_id = $1 and id = $2`,
          [principal.tenantId, id],
        ),
      );
      const row = rows[0];
      if (row === undefined || !inScope(principal, projectOf(aggregate, row.state))) throw notFound();
      const body = render(aggregate, principal.tenantId, id, row.state);
      if (body === undefined) throw notFound();
      return { body, etag: `"${row.version}"` };
    },
    async list<A extends Aggregate>(principal: Principal, aggregate: A, query: ListQuery) {
      const { sql, bindings } = await listStatement(principal, aggregate, query);
      const { rows } = await withTenant(pool, principal.tenantId, (client) =>
        client.query<{ id: string; state: StateOf<A>; micros: string }>(sql, [...bindings]),
      );
      const page = pageOf(rows, query.limit, encodeCursor);
      return {
        ...page,
        data: page.data.flatMap((row) => present(render(aggregate, principal.tenantId, row.id, row.state))),
      };
    },
    stream: async (principal, stream) => decodeAll(await readStream(pool, principal.tenantId, stream)),
    written: async (principal, stream) =>
      Promise.all(
        (await readStream(pool, principal.tenantId, stream)).map(async (record) => {
          const recorded = await decode(record);
          const { version } = await registry.written(recorded.envelope.type, record.value);
          return { ...recorded, headers: record.headers, value: record.value, schemaVersion: version };
        }),
      ),
    tenantEvents: async (principal, fromSeq, limit) =>
      decodeAll(await readTenant(pool, principal.tenantId, fromSeq, limit)),
    async allAt<A extends Aggregate>(principal: Principal, aggregate: A, at: string) {
      const events = await decodeAll(await readAggregate(pool, principal.tenantId, aggregate, at));
      const streams = new Map<string, PastEvent[]>();
      for (const event of events) {
        const known = streams.get(event.envelope.stream);
        if (known === undefined) streams.set(event.envelope.stream, [toPast(event)]);
        else known.push(toPast(event));
      }
      return [...streams].flatMap(([stream, past]) => {
        const state = fold(aggregate, past);
        return inScope(principal, projectOf(aggregate, state))
          ? present(render(aggregate, principal.tenantId, parseStreamId(stream).id, state))
          : [];
      });
    },
  };
}

const present = <T>(body: T | undefined): T[] => (body === undefined ? [] : [body]);

/** One row more than the page has: whether there is one says whether another page follows. @throws Problem 400 */
async function listStatement(principal: Principal, aggregate: Aggregate, query: ListQuery) {
  const sqlOf = await loadStatements();
  const { limit, cursor, sort = 'desc', created_after, created_before, ...filters } = query;
  const builder = sqlOf(viewOf(READ_MODELS[aggregate]))
    .select('id', 'state', sqlOf.raw('(extract(epoch from created_at) * 1000000)::bigint as micros'))
    .where('tenant_id', principal.tenantId)
    .orderBy([{ column: 'created_at', order: sort }, { column: 'id' }])
    .limit(limit + 1);
  for (const [name, value] of Object.entries(filters))
    if (value !== undefined) {
      const where = READ_MODELS[aggregate].filters[name]?.where;
      if (where === undefined) builder.where(name, value);
      else builder.whereRaw(where, [value]);
    }
  // The database knows fewer offsets than ISO 8601 does.
  const utc = (instant: string): string => new Date(instant).toISOString();
  if (created_after !== undefined) builder.where('created_at', '>', utc(created_after));
  if (created_before !== undefined) builder.where('created_at', '<', utc(created_before));
  if (!principal.projects.includes('*')) builder.whereIn('project_id', [...principal.projects]);
  if (cursor !== undefined) {
    const after = decodeCursor(cursor);
    if (after === undefined)
      throw new Problem('INVALID_CURSOR', 'the cursor is not one that was given out here');
    const at = "timestamptz 'epoch' + ?::bigint * interval '1 microsecond'";
    const further = sort === 'desc' ? '<' : '>';
    builder.whereRaw(`(created_at ${further} ${at} or (created_at = ${at} and id > ?))`, [
      after.micros,
      after.micros,
      after.id,
    ]);
  }
  return builder.toSQL().toNative();
}
