import { parseStreamId, AGGREGATES, type Aggregate } from '@ftm/contracts/ids';
import { happenedBy, type Moment } from '@ftm/contracts/moment';
import { foldOf, type States } from '@ftm/domain/aggregates';
import { toPast } from '@ftm/domain/event-meta';
import { render } from '@ftm/api/views/render';
import type { LoggedEvent } from './log.ts';

export type Resource = Record<string, unknown>;

/** Everything that a tenant had at a moment, as the API would have shown it. */
export interface TenantSnapshot {
  readonly tenant_id: string;
  /** Of the last event that had happened; the log up to it is what this was made of. */
  readonly seq: number;
  readonly hash: string | null;
  readonly time: string | null;
  /** By aggregate, by id. */
  readonly resources: Readonly<Record<Aggregate, Readonly<Record<string, Resource>>>>;
  /** Streams that stop before an event that this program cannot read or take. */
  readonly incomplete: readonly {
    readonly stream: string;
    readonly version: number;
    readonly reason: string;
  }[];
}

/** Folds a tenant's log up to a moment, stream by stream; the memory is that of the states, not of the events. */
export async function foldTenant(
  tenant: string,
  events: AsyncIterable<LoggedEvent>,
  moment?: Moment,
): Promise<TenantSnapshot> {
  const states = new Map<string, { aggregate: Aggregate; state: States[Aggregate] }>();
  const stopped = new Map<string, TenantSnapshot['incomplete'][number]>();
  let last: LoggedEvent['envelope'] | undefined;
  for await (const logged of events) {
    const { envelope, event } = logged;
    if (!happenedBy(moment, logged, envelope.seq)) break;
    last = envelope;
    const { stream, version } = envelope;
    if (stopped.has(stream)) continue;
    try {
      if (event === null) throw new Error(`this program cannot read ${envelope.type}`);
      const { aggregate } = parseStreamId(stream);
      const { evolve, initial } = foldOf(aggregate);
      const before = states.get(stream)?.state ?? initial;
      states.set(stream, {
        aggregate,
        state: evolve(before, event, toPast({ envelope, event }).meta),
      });
    } catch (error) {
      stopped.set(stream, { stream, version, reason: (error as Error).message });
    }
  }
  const resources = Object.fromEntries(AGGREGATES.map((each) => [each, {}])) as Record<
    Aggregate,
    Record<string, Resource>
  >;
  for (const [stream, { aggregate, state }] of [...states].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const { id } = parseStreamId(stream);
    const resource = render(aggregate, tenant, id, state as never);
    if (resource !== undefined) resources[aggregate][id] = resource;
  }
  return {
    tenant_id: tenant,
    seq: last?.seq ?? 0,
    hash: last?.hash ?? null,
    time: last?.time ?? null,
    resources,
    incomplete: [...stopped.values()],
  };
}

export interface Difference {
  readonly aggregate: Aggregate;
  readonly id: string;
  readonly change: 'created' | 'changed';
  /** Of what changed: path, before, after; undefined where there was, or is, nothing. */
  readonly fields: readonly { readonly path: string; readonly before: unknown; readonly after: unknown }[];
}

/** What happened to the resources between two moments. Nothing is ever deleted. */
export function differences(before: TenantSnapshot, after: TenantSnapshot): Difference[] {
  return AGGREGATES.flatMap((aggregate) =>
    Object.entries(after.resources[aggregate]).flatMap(([id, resource]): Difference[] => {
      const known = before.resources[aggregate][id];
      if (known === undefined) return [{ aggregate, id, change: 'created', fields: [] }];
      const fields = fieldDifferences(known, resource, '');
      return fields.length === 0 ? [] : [{ aggregate, id, change: 'changed', fields }];
    }),
  );
}

function fieldDifferences(before: unknown, after: unknown, path: string): Difference['fields'][number][] {
  if (Object.is(before, after)) return [];
  if (!isTree(before) || !isTree(after) || Array.isArray(before) !== Array.isArray(after))
    return [{ path, before, after }];
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].flatMap((key) =>
    fieldDifferences(before[key], after[key], path === '' ? key : `${path}.${key}`),
  );
}

const isTree = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;
