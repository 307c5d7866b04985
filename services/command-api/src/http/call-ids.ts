import { canonicalJson } from '@ftm/contracts/canonical-json';
import { commandId, derivedUuid, digest, type TenantId } from '@ftm/contracts/ids';
import { asTenant } from './as-tenant.ts';
import type { Call, Route } from './route.ts';

/** Ids that a retry of the same call by the same principal meets again, and nobody else. */
export interface CallIds {
  readonly tenant: TenantId;
  /** Of the resource that a create makes. */
  readonly newId: string;
  readonly ofCommand: {
    readonly tenantId: TenantId;
    readonly commandId: string;
    readonly fingerprint: string;
  };
}

export function callIds(
  { principal, params, query, body, idempotencyKey }: Call,
  { method, path }: Pick<Route, 'method' | 'path'>,
): CallIds {
  const tenant = asTenant(principal.tenantId);
  const route = `${method.toUpperCase()} ${filled(path, params)}`;
  const key = digest('ftm.key', principal.subject, route, idempotencyKey);
  const asked = canonicalJson({ query: query ?? {}, body: body ?? null });
  return {
    tenant,
    newId: derivedUuid(tenant, key),
    ofCommand: {
      tenantId: tenant,
      commandId: commandId(tenant, key),
      fingerprint: digest('ftm.request', principal.subject, route, asked),
    },
  };
}

/** Ending what has ended changes nothing: a DELETE without a key has its path as one. */
const filled = (path: string, params: unknown): string =>
  path.replace(/\{(\w+)\}/g, (_whole, name: string) => String((params as Record<string, unknown>)[name]));
