import { parseStreamId, type Aggregate } from '@ftm/contracts/ids';
import { AGGREGATE_FOLDS, type StateOf, type States } from '@ftm/domain/aggregates';
import type { Facts } from '@ftm/domain/facts';
import { PoisonEvent, type ProjectedEvent } from '@ftm/projection/projection';
import type { Client } from '@ftm/postgres/pool';
import { PROJECTIONS } from './projections/projections.ts';
import type { Present } from './projections/projection.ts';

interface Touched<S> {
  readonly tenantId: string;
  readonly id: string;
  state: S;
}

/**
 * Folds events into the read models: the touched rows are loaded, evolved in memory, and written back with one statement a table.
 * @throws PoisonEvent for an event that the fold cannot take
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
  for (const [aggregate, some] of byAggregate) await project(client, schema, aggregate, some);
}

async function project<A extends Aggregate>(
  client: Client,
  schema: string,
  aggregate: A,
  events: readonly ProjectedEvent[],
): Promise<void> {
  const rows = await load(client, schema, aggregate, events);
  const { evolve, initial } = AGGREGATE_FOLDS[aggregate];
  for (const { envelope, event, record } of events) {
    const { id } = parseStreamId(envelope.stream);
    const key = `${envelope.tenantId} ${id}`;
    const row = rows.get(key) ?? { tenantId: envelope.tenantId, id, state: initial };
    rows.set(key, row);
    try {
      row.state = evolve(row.state, event, {
        time: envelope.time,
        actor: envelope.actor,
        version: envelope.version,
        seq: envelope.seq,
      });
    } catch (error) {
      throw new PoisonEvent(record.offset, error);
    }
  }
  await save(client, schema, aggregate, [...rows.values()]);
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
    `select tenant_id, id, state from ${schema}.${PROJECTIONS[aggregate].table} where (tenant_id, id) in (select * from unnest($1::text[], $2::uuid[]))`,
    [keys.map((each) => each.tenantId), keys.map((each) => each.id)],
  );
  return new Map(
    rows.map((row) => [
      `${row.tenant_id} ${row.id}`,
      { tenantId: row.tenant_id, id: row.id, state: row.state },
    ]),
  );
}

const COMMON = {
  tenant_id: 'text',
  id: 'uuid',
  project_id: 'text',
  status: 'text',
  version: 'int',
  last_seq: 'bigint',
  created_at: 'timestamptz',
  updated_at: 'timestamptz',
  state: 'jsonb',
} as const;

async function save<A extends Aggregate>(
  client: Client,
  schema: string,
  aggregate: A,
  rows: readonly Touched<StateOf<A>>[],
): Promise<void> {
  const projection = PROJECTIONS[aggregate];
  const types: Record<string, string> = { ...COMMON, ...projection.columns };
  const names = Object.keys(types);
  const values = rows.flatMap((row) => {
    const known: States[Aggregate] = row.state;
    if (known.status === 'absent') return [];
    const facts: Facts = known;
    const state = row.state as Present<StateOf<A>>;
    return [
      {
        tenant_id: row.tenantId,
        id: row.id,
        project_id: projection.projectId(state),
        status: known.status,
        version: facts.version,
        last_seq: facts.lastSeq,
        created_at: facts.createdAt,
        updated_at: facts.updatedAt,
        state: JSON.stringify(row.state),
        ...projection.values(state),
      } as Record<string, unknown>,
    ];
  });
  if (values.length === 0) return;
  await client.query(
    `insert into ${schema}.${projection.table} (${names.join(', ')})
     select * from unnest(${names.map((name, index) => `$${index + 1}::${types[name] ?? 'text'}[]`).join(', ')})
     on conflict (tenant_id, id) do update set ${names
       .filter((name) => name !== 'tenant_id' && name !== 'id')
       .map((name) => `${name} = excluded.${name}`)
       .join(', ')}`,
    names.map((name) => values.map((value) => value[name] ?? null)),
  );
}
