import type { LogEntry } from '@ftm/audit/tenant-history';
import type { createLogVerifier } from '@ftm/audit/verifier';
import { toHeaders } from '@ftm/contracts/envelope';
import { tenantId, type StreamId } from '@ftm/contracts/ids';
import type { OrchestratorClient } from '@ftm/orchestrator/client';
import type { AuditEvent } from '@ftm/orchestrator/wire';

/** What is asked of the Orchestrator. */
export type AuditCopy = Pick<OrchestratorClient, 'auditCheckpoints' | 'auditEvents' | 'auditPosition'>;

const PAGE = 1000;

/**
 * Reads the Orchestrator's copy into a verifier, each tenant's from where it was left.
 * @param next tenant → sequence number of the next event
 */
export function createCopyReader(
  copy: AuditCopy,
  verifier: Pick<ReturnType<typeof createLogVerifier>, 'addNotes' | 'next'>,
  next: Map<string, number>,
) {
  const started = new Set<string>();
  return {
    /** Asks for the checkpoints of a tenant, once. */
    async start(tenant: string): Promise<void> {
      if (started.has(tenant)) return;
      started.add(tenant);
      const notes: { where: string; tenantId: string; note: string }[] = [];
      for (let after = 0; ;) {
        const page = await copy.auditCheckpoints(tenant, after);
        for (const { size, note } of page)
          notes.push({ where: `Orchestrator’s checkpoint of ${size}`, tenantId: tenant, note });
        const last = page.at(-1)?.size;
        if (last === undefined || last <= after) break;
        after = last;
      }
      verifier.addNotes(notes);
    },
    /** Reads on, up to a sequence number or the end. */
    async readTo(tenant: string, seq: number, see: (event: AuditEvent) => void): Promise<void> {
      for (let from = next.get(tenant) ?? 1; from <= seq;) {
        const page = await copy.auditEvents(tenant, from, Math.min(PAGE, seq - from + 1));
        for (const event of page) {
          verifier.next(entryOf(tenant, event));
          see(event);
        }
        if (page.length === 0) return;
        from += page.length;
        next.set(tenant, from);
      }
    },
    /** Events that have been read of a tenant. */
    read: (tenant: string): number => (next.get(tenant) ?? 1) - 1,
  };
}

function entryOf(tenant: string, event: AuditEvent): LogEntry {
  const { value_base64: value, stream, ...rest } = event;
  return {
    where: `Orchestrator’s copy ${tenant}/${event.seq}`,
    key: tenant,
    partition: null,
    headers: toHeaders({ ...rest, stream: stream as StreamId, tenantId: tenantId(tenant) }),
    value: Buffer.from(value, 'base64'),
  };
}
