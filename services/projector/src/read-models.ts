import type { FtmEvent } from '@ftm/contracts/generated/events';
import { parseStreamId, type Aggregate, isUuid } from '@ftm/contracts/ids';
import { AGGREGATE_FOLDS, type StateOf, type States } from '@ftm/domain/aggregates';
import type { Facts } from '@ftm/domain/facts';
import { PoisonEvent, type ProjectedEvent } from '@ftm/projection/projection';
import type { Client } from '@ftm/postgres/pool';
import { columnsOf } from '@ftm/read-models/read-model';
import { READ_MODELS } from '@ftm/read-models/read-models';
import { applyToErasedKeys } from './erased-keys.ts';

interface Touched<S> {
  readonly tenantId: string;
  readonly id: string;
  state: S;
  changed: boolean;
}

/** A read model that changed, ready to be written. */
interface Change {
  readonly projection: { readonly table: string; readonly columns: Readonly<Record<string, string>> };
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

/**
 * Folds events into the read models: the touched rows are loaded, evolved in memory, and written back with one statement a table; and what the log says of erased
 * data keys is noted.
 * @throws PoisonEvent naming all events that the folds cannot take; nothing is written then
 */
export async function applyToReadModels(
  client: Client,
  schema: string,
  events: readonly ProjectedEvent[],
): Promise<void> {
  const byAggregate = new Map<Aggregate, ProjectedEvent[]>();
  for (const event of events) {
    const { aggregate } = parseStreamId(event.envelope.stream);
    const known = byAggregate.get(aggregate);
    if (known === undefined) byAggregate.set(aggregate, [event]);
    else known.push(event);
  }
  const poison = new Map<bigint, string>();
  const changes: Change[] = [];
  for (const [aggregate, some] of byAggregate)
    changes.push(evolveRows(aggregate, some, await load(client, schema, aggregate, some), poison));
  if (poison.size > 0) throw new PoisonEvent(poison);
  for (const change of changes) await save(client, schema, change);
  await applyToErasedKeys(client, events);
}

function evolveRows<A extends Aggregate>(
  aggregate: A,
  events: readonly ProjectedEvent[],
  rows: Map<string, Touched<StateOf<A>>>,
  poison: Map<bigint, string>,
): Change {
  const { evolve, initial } = AGGREGATE_FOLDS[aggregate];
  const spoilt = new Set<string>();
  for (const { envelope, event, record } of events) {
    const { id } = parseStreamId(envelope.stream);
    const key = `${envelope.tenantId} ${id}`;
    // What comes after a poisonous event is parked by whoever parks that one.
    if (spoilt.has(key)) continue;
    const row = rows.get(key) ?? { tenantId: envelope.tenantId, id, state: initial, changed: false };
    rows.set(key, row);
    try {
      const expected = versionOf(row.state) + 1;
      if (envelope.version !== expected)
        throw new Error(`version ${envelope.version} does not follow ${expected - 1}`);
      const { time, actor, version, seq } = envelope;
      const state = evolve(row.state, event, { time, actor, version, seq });
      checkStorable(aggregate, state, event);
      row.state = state;
      row.changed = true;
    } catch (error) {
      poison.set(record.offset, error instanceof Error ? error.message : String(error));
      spoilt.add(key);
    }
  }
  return { projection: READ_MODELS[aggregate], rows: rowsToWrite(aggregate, [...rows.values()]) };
}

function versionOf(state: States[Aggregate]): number {
  return state.status === 'absent' ? 0 : state.version;
}

// JSON says NUL like this, behind an even number of backslashes.
const NUL = /(?<!\\)(?:\\\\)*\\u0000/;

/**
 * What the database would refuse is found here, event by event: it sees only the state after a batch, so that its word would depend on where the batches were
 * cut, and a rebuild would not be equal.
 */
function checkStorable<A extends Aggregate>(aggregate: A, state: StateOf<A>, event: FtmEvent): void {
  if (NUL.test(JSON.stringify(event.data))) throw new Error('a text in it has a NUL');
  const projection = READ_MODELS[aggregate];
  for (const [column, value] of Object.entries(projection.values(state as never)))
    if (projection.columns[column] === 'uuid' && value !== null && !isUuid(value))
      throw new Error(`${column} is no UUID`);
}

function rowsToWrite<A extends Aggregate>(
  aggregate: A,
  rows: readonly Touched<StateOf<A>>[],
): Readonly<Record<string, unknown>>[] {
  return rows.flatMap((row) => {
    const made = row.changed ? rowOf(aggregate, row.tenantId, row.id, row.state) : null;
    return made === null ? [] : [made];
  });
}

/** The row of a state; null for one that is absent. */
export function rowOf<A extends Aggregate>(
  aggregate: A,
  tenantId: string,
  id: string,
  folded: StateOf<A>,
): Readonly<Record<string, unknown>> | null {
  const projection = READ_MODELS[aggregate];
  const known: States[Aggregate] = folded;
  if (known.status === 'absent') return null;
  const facts: Facts = known;
  // Of the aggregate, as the caller's types say: what that is, all in all, is too large a type to compute.
  const state = folded as never;
  return {
    tenant_id: tenantId,
    id,
    project_id: projection.projectId(state),
    status: known.status,
    version: facts.version,
    last_seq: facts.lastSeq,
    created_at: facts.createdAt,
    updated_at: facts.updatedAt,
    state: JSON.stringify(known),
    ...projection.values(state),
  };
}

async function load<A extends Aggregate>(
  client: Client,
  schema: string,
  aggregate: A,
  events: readonly ProjectedEvent[],
): Promise<Map<string, Touched<StateOf<A>>>> {
  const wanted = new Map(
    events.map(({ envelope }) => [
      `${envelope.tenantId} ${envelope.stream}`,
      { tenantId: envelope.tenantId, id: parseStreamId(envelope.stream).id },
    ]),
  );
  const keys = [...wanted.values()];
  const { rows } = await client.query<{ tenant_id: string; id: string; state: StateOf<A> }>(
    `select tenant_id, id, state from ${schema}.${READ_MODELS[aggregate].table} where (tenant_id, id) in (select * from unnest($1::text[], $2::uuid[]))`,
    [keys.map((each) => each.tenantId), keys.map((each) => each.id)],
  );
  return new Map(
    rows.map((row) => [
      `${row.tenant_id} ${row.id}`,
      { tenantId: row.tenant_id, id: row.id, state: row.state, changed: false },
    ]),
  );
}

async function save(client: Client, schema: string, { projection, rows }: Change): Promise<void> {
  if (rows.length === 0) return;
  const types = columnsOf(projection);
  const names = Object.keys(types);
  const changed = names.filter((name) => name !== 'tenant_id' && name !== 'id');
  await client.query(
    `insert into ${schema}.${projection.table} (${names.join(', ')})
     select * from unnest(${names.map((name, index) => `$${index + 1}::${types[name] ?? 'text'}[]`).join(', ')})
     on conflict (tenant_id, id) do update set ${changed.map((name) => `${name} = excluded.${name}`).join(', ')}`,
    names.map((name) => rows.map((row) => row[name] ?? null)),
  );
}
