import type { LogPosition } from '@ftm/contracts/envelope';
import type { TenantId } from '@ftm/contracts/ids';

/** The highest position acknowledged to each actor of each tenant, of those that wrote last. */
export interface NewestWrites {
  note(tenant: TenantId, actor: string, position: LogPosition): void;
  of(tenant: TenantId, actor: string): LogPosition | null;
}

const MAX_ACTORS = 50_000;

export function createNewestWrites(maxActors = MAX_ACTORS): NewestWrites {
  const known = new Map<string, LogPosition>();
  // No tenant id has the separator in it.
  const key = (tenant: TenantId, actor: string): string => `${tenant}\0${actor}`;
  return {
    note(tenant, actor, position) {
      const at = key(tenant, actor);
      const newest = later(known.get(at) ?? null, position);
      // Newest use last: a Map keeps the order of insertion.
      known.delete(at);
      if (newest !== null) known.set(at, newest);
      for (const oldest of known.keys()) {
        if (known.size <= maxActors) break;
        known.delete(oldest);
      }
    },
    of: (tenant, actor) => known.get(key(tenant, actor)) ?? null,
  };
}

/** Of two positions of one tenant, so of one partition. */
export function later(one: LogPosition | null, two: LogPosition | null): LogPosition | null {
  if (one === null || two === null) return one ?? two;
  return two.offset > one.offset ? two : one;
}
