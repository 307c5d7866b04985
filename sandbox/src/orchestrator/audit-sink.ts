import { existsSync, readdirSync } from 'node:fs';
import type { z } from 'zod';
import type { AuditBatch, AuditNote } from './requests.ts';
import { openTenantCopy, type AuditAnswer, type TenantCopy } from './tenant-copy.ts';

/** The Orchestrator's own copy of every tenant's events. */
export function createAuditSink(directory: string) {
  const copies = new Map<string, TenantCopy>();
  function copyOf(tenant: string): TenantCopy {
    const copy = copies.get(tenant) ?? openTenantCopy(directory, tenant);
    copies.set(tenant, copy);
    return copy;
  }
  // What was kept before a restart counts at once: positions and searches ask for every tenant.
  if (existsSync(directory))
    for (const name of readdirSync(directory))
      if (name.endsWith('.jsonl')) copyOf(name.slice(0, -'.jsonl'.length));
  return {
    accept: ({ tenant_id: tenant, events }: z.infer<typeof AuditBatch>): AuditAnswer =>
      copyOf(tenant).accept(events),
    acceptNote: ({ tenant_id: tenant, note }: z.infer<typeof AuditNote>): AuditAnswer =>
      copyOf(tenant).acceptNote(note),
    notes: (tenant: string, afterSize: number) => copies.get(tenant)?.notesAfter(afterSize) ?? [],
    position: (tenant: string) => {
      const rows = copies.get(tenant)?.rows ?? [];
      return { acknowledged_seq: rows.length, hash: rows.at(-1)?.hash ?? null };
    },
    events: (tenant: string, from: number, limit: number) =>
      (copies.get(tenant)?.rows ?? []).slice(from - 1, from - 1 + limit),
    positions: () => Object.fromEntries([...copies].map(([tenant, { size }]) => [tenant, size])),
    contains: (text: string) => [...copies.values()].some((copy) => copy.contains(text)),
  };
}
