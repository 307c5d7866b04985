import { fromHeaders } from '@ftm/contracts/envelope';
import { tenantId } from '@ftm/contracts/ids';
import { JOURNAL_CONSUMER, type JournalRecord } from '@ftm/postgres/journal';
import type { Pool } from '@ftm/postgres/pool';
import { OrchestratorRefused, type AuditEvent, type OrchestratorClient } from '@ftm/orchestrator/client';
import { backoffMs } from '@ftm/runtime/backoff';
import type { Logger } from '@ftm/runtime/logger';
import { gauge } from '@ftm/runtime/metrics';

export interface AuditForwarderOptions {
  readonly pool: Pool;
  readonly orchestrator: Pick<OrchestratorClient, 'sendAuditEvents' | 'auditPosition'>;
  readonly logger: Logger;
  readonly pollMs?: number;
  readonly batchSize?: number;
}

export interface AuditForwarder {
  stop(): Promise<void>;
}

interface Tenant {
  readonly tenantId: string;
  readonly seq: number;
}

const lag = gauge('ftm_audit_lag_events', 'Events of a tenant that the Orchestrator has not acknowledged', [
  'tenant',
]);

/**
 * Brings every tenant's events to the Orchestrator: contiguous, in order, from its own last acknowledged sequence number on, so that a crash after its
 * answer costs at most a repeat that it recognises. It reads the journal and not Kafka, because the journal holds only what extends the chain, indexed by
 * tenant and sequence: starting again at any point is one query. While the journal is rebuilt the forwarder has nothing to send and waits.
 */
export function startAuditForwarder(options: AuditForwarderOptions): AuditForwarder {
  const { pool, orchestrator, logger, pollMs = 200, batchSize = 200 } = options;
  const acknowledged = new Map<string, number>();
  const broken = new Set<string>();
  const retryAt = new Map<string, { at: number; failures: number }>();
  const stopping = new AbortController();

  async function forward({ tenantId: tenant, seq: newest }: Tenant): Promise<void> {
    let done = acknowledged.get(tenant) ?? (await orchestrator.auditPosition(tenant)).acknowledgedSeq;
    acknowledged.set(tenant, done);
    while (done < newest && !stopping.signal.aborted) {
      const records = await readForAudit(pool, tenant, done + 1, batchSize);
      if (records.length === 0) return;
      done = (await orchestrator.sendAuditEvents(tenant, records.map(toAuditEvent))).acknowledgedSeq;
      acknowledged.set(tenant, done);
      lag.set({ tenant }, newest - done);
    }
  }

  async function round(): Promise<void> {
    for (const tenant of await tenants(pool)) {
      const { tenantId: id } = tenant;
      if (stopping.signal.aborted) return;
      if (
        broken.has(id) ||
        (acknowledged.get(id) ?? -1) >= tenant.seq ||
        (retryAt.get(id)?.at ?? 0) > Date.now()
      )
        continue;
      try {
        await forward(tenant);
        retryAt.delete(id);
      } catch (error) {
        // The Orchestrator's position may not be what is remembered here: it is asked for again.
        acknowledged.delete(id);
        if (error instanceof OrchestratorRefused && error.code === 'AUDIT_CHAIN_BROKEN') {
          broken.add(id);
          logger.error('the Orchestrator’s audit copy and the log differ', { tenant: id, error });
          continue;
        }
        const failures = (retryAt.get(id)?.failures ?? 0) + 1;
        retryAt.set(id, { failures, at: Date.now() + backoffMs(failures, { baseMs: 200 }) });
        logger.warn('could not forward audit events', { tenant: id, failures, error });
      }
    }
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      await round().catch((error: unknown) =>
        logger.warn('audit forwarding waits for the database', { error }),
      );
      await pause(pollMs, stopping.signal);
    }
  }
  const running = run();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

async function tenants(pool: Pool): Promise<Tenant[]> {
  const { rows } = await pool.query<{ tenant_id: string; seq: string }>(
    'select tenant_id, seq from log.chain_heads where consumer = $1',
    [JOURNAL_CONSUMER],
  );
  return rows.map((row) => ({ tenantId: row.tenant_id, seq: Number(row.seq) }));
}

async function readForAudit(
  pool: Pool,
  tenant: string,
  fromSeq: number,
  limit: number,
): Promise<JournalRecord[]> {
  const { rows } = await pool.query<{
    partition: number;
    offset: string;
    tenant_id: string;
    headers: Record<string, string>;
    value: Buffer;
  }>(
    'select partition, "offset", tenant_id, headers, value from log.journal where tenant_id = $1 and seq >= $2 order by seq limit $3',
    [tenant, fromSeq, limit],
  );
  return rows.map((row) => ({
    partition: row.partition,
    offset: BigInt(row.offset),
    tenantId: row.tenant_id,
    headers: row.headers,
    value: row.value,
  }));
}

function toAuditEvent(record: JournalRecord): AuditEvent {
  const { tenantId: _, ...envelope } = fromHeaders(tenantId(record.tenantId), record.headers);
  return { ...envelope, value_base64: record.value.toString('base64') };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
  });
}
