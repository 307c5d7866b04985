import { backoffMs } from '@ftm/runtime/backoff';

/** Tenants of whom something failed, and who wait, longer each time, while the others go on. */
export interface TenantWaits {
  isWaiting(tenant: string): boolean;
  /** @returns how often in a row it has failed now */
  failed(tenant: string, backoff: { readonly baseMs: number; readonly maxMs?: number }): number;
  passed(tenant: string): void;
}

export function createTenantWaits(): TenantWaits {
  const waits = new Map<string, { readonly until: number; readonly failures: number }>();
  return {
    isWaiting: (tenant) => (waits.get(tenant)?.until ?? 0) > Date.now(),
    failed(tenant, backoff) {
      const failures = (waits.get(tenant)?.failures ?? 0) + 1;
      waits.set(tenant, { failures, until: Date.now() + backoffMs(failures, backoff) });
      return failures;
    },
    passed: (tenant) => void waits.delete(tenant),
  };
}
