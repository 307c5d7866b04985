import { fromHeaders } from '@ftm/contracts/envelope';
import { tenantId } from '@ftm/contracts/ids';
import type { Pool } from '@ftm/postgres/pool';
import { OrchestratorRefused, type OrchestratorClient } from '@ftm/orchestrator/client';
import { backoffMs, pause } from '@ftm/runtime/backoff';
import type { Logger } from '@ftm/runtime/logger';
import { gauge } from '@ftm/runtime/metrics';
import {
  FORWARDER_LOCK,
  newestEvents,
  readForAudit,
  tryLead,
  type Lead,
  type TenantHead,
} from './audit-source.ts';

export interface AuditForwarderOptions {
  readonly pool: Pool;
  readonly orchestrator: Pick<OrchestratorClient, 'sendAuditEvents' | 'auditPosition'>;
  readonly logger: Logger;
  readonly pollMs?: number;
  /** Events of one request. */
  readonly batchSize?: number;
  /** Values of one request, in bytes; one event always goes. */
  readonly batchBytes?: number;
  /** A tenant whose copy differs is tried again after so long, then at longer and longer intervals, up to an hour. Default 1 minute. */
  readonly brokenRetryMs?: number;
}

export interface AuditForwarder {
  stop(): Promise<void>;
}

const lag = gauge('ftm_audit_lag_events', 'Events of a tenant that the Orchestrator has not acknowledged', [
  'tenant',
]);
const brokenTenants = gauge(
  'ftm_audit_broken',
  'Tenants whose audit copy and log differ: nothing is forwarded until they are one again',
  ['tenant'],
);

/** Tenants that are served at the same time: one that hangs does not hold up the others. */
const CONCURRENCY = 8;
/** How often a process that does not lead tries to. */
const LEAD_EVERY_MS = 1000;
/** Then the tenant waits for its next turn. */
const BATCHES_A_TURN = 20;

const BROKEN_RETRY_MS = 60_000;
const BROKEN_RETRY_MAX_MS = 3_600_000;

/** The audit copy and the log differ: only a person brings them together. */
class AuditBroken extends Error {}

/**
 * Brings every tenant's events to the Orchestrator: contiguous, in order, from its own last acknowledged sequence number on, so that a crash after its
 * answer costs at most a repeat that it recognises.
 *
 * It reads the journal and not Kafka. The journal holds exactly what extends the chain, indexed by tenant and sequence, so that starting again anywhere (a
 * gap, a fault that lasted hours, one tenant among thousands) is one query, where Kafka would have to be read through from the start of the partition. While the
 * journal is rebuilt its heads are behind what the Orchestrator has: there is nothing to send until they have passed it, and nothing goes out twice.
 *
 * One process leads at a time, by a lock in the database; the others wait to take over. Two leaders would only repeat each other.
 */
export function startAuditForwarder(options: AuditForwarderOptions): AuditForwarder {
  const { pool, orchestrator, logger, pollMs = 200, batchSize = 500, batchBytes = 2_000_000 } = options;
  const { brokenRetryMs = BROKEN_RETRY_MS } = options;
  const acknowledged = new Map<string, number>();
  const newest = new Map<string, number>();
  const waiting = new Map<string, { readonly at: number; readonly failures: number }>();
  const broken = new Set<string>();
  const busy = new Map<string, Promise<void>>();
  const stopping = new AbortController();
  let lead: Lead | null = null;
  let leadAskedAt = 0;

  async function forward(tenant: string): Promise<void> {
    let done = acknowledged.get(tenant) ?? (await orchestrator.auditPosition(tenant)).acknowledgedSeq;
    acknowledged.set(tenant, done);
    for (let batch = 0; batch < BATCHES_A_TURN && !stopping.signal.aborted; batch += 1) {
      const head = newest.get(tenant) ?? 0;
      if (done >= head) return;
      done = await sendAfter(tenant, done, head);
      acknowledged.set(tenant, done);
      lag.set({ tenant }, Math.max(0, head - done));
      if (!broken.delete(tenant)) continue;
      brokenTenants.set({ tenant }, 0);
      logger.info('audit forwarding goes on for a tenant: its audit copy and the log are one again', {
        tenant,
      });
    }
  }

  async function sendAfter(tenant: string, done: number, head: number): Promise<number> {
    const records = await readForAudit(pool, tenant, done + 1, batchSize, batchBytes);
    const events = records.map(({ headers, value }) => {
      const { tenantId: _, ...envelope } = fromHeaders(tenantId(tenant), headers);
      return { ...envelope, value_base64: value.toString('base64') };
    });
    // The heads were read before the records, so the journal must have what lies between.
    const missing = events.findIndex((each, index) => each.seq !== done + 1 + index);
    const sound = missing === -1 ? events : events.slice(0, missing);
    if (sound.length === 0) throw new AuditBroken(`the journal has no event with seq ${done + 1}`);
    const { acknowledgedSeq } = await orchestrator.sendAuditEvents(tenant, sound);
    if (acknowledgedSeq < done + sound.length || acknowledgedSeq > Math.max(head, done + sound.length))
      throw new Error(
        `the Orchestrator acknowledged ${acknowledgedSeq} after ${done + sound.length} was sent`,
      );
    return acknowledgedSeq;
  }

  async function turn(tenant: string): Promise<void> {
    try {
      await forward(tenant);
      waiting.delete(tenant);
    } catch (error) {
      // The Orchestrator's position may not be what is remembered here (AUDIT_GAP says so): it is asked for again, and goes on from there.
      acknowledged.delete(tenant);
      if (isBroken(error)) {
        const backoff = { baseMs: brokenRetryMs, maxMs: BROKEN_RETRY_MAX_MS };
        wait(tenant, broken.has(tenant) ? (waiting.get(tenant)?.failures ?? 0) + 1 : 1, backoff);
        broken.add(tenant);
        brokenTenants.set({ tenant }, 1);
        logger.error('audit forwarding waits for a tenant: its audit copy and the log differ', {
          tenant,
          error,
        });
        return;
      }
      const failures = (waiting.get(tenant)?.failures ?? 0) + 1;
      wait(tenant, failures, { baseMs: 200 });
      logger.warn('could not forward audit events', { tenant, failures, error });
    }
  }

  function wait(tenant: string, failures: number, backoff: { baseMs: number; maxMs?: number }): void {
    waiting.set(tenant, { failures, at: Date.now() + backoffMs(failures, backoff) });
  }

  /** Starts what can be started. Tenants that waited longest go first. */
  function startTurns(heads: readonly TenantHead[]): void {
    for (const { tenantId: tenant, seq } of heads) {
      newest.set(tenant, seq);
      const known = acknowledged.get(tenant);
      if (known !== undefined) lag.set({ tenant }, Math.max(0, seq - known));
      if (known !== undefined && known >= seq) continue;
      if (busy.size >= CONCURRENCY || busy.has(tenant)) continue;
      if ((waiting.get(tenant)?.at ?? 0) > Date.now()) continue;
      const work = turn(tenant).finally(() => busy.delete(tenant));
      busy.set(tenant, work);
    }
  }

  let first = 0;
  async function round(): Promise<void> {
    if (lead === null && Date.now() - leadAskedAt >= LEAD_EVERY_MS) {
      leadAskedAt = Date.now();
      // What is remembered is of no use after another has led.
      acknowledged.clear();
      lag.reset();
      lead = await tryLead(pool, FORWARDER_LOCK, () => {
        lead = null;
      });
    }
    if (lead === null) return;
    const heads = await newestEvents(lead.client).catch((error: unknown) => {
      lead?.end();
      lead = null;
      throw error;
    });
    // Everyone gets to be the first one, so that many failing tenants do not keep the places of the others.
    first = heads.length === 0 ? 0 : (first + 1) % heads.length;
    startTurns([...heads.slice(first), ...heads.slice(0, first)]);
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      await round().catch((error: unknown) =>
        logger.warn('audit forwarding waits for the database', { error }),
      );
      await pause(pollMs, stopping.signal);
    }
    await Promise.all(busy.values());
    lead?.end();
  }
  const running = run();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

function isBroken(error: unknown): boolean {
  return (
    error instanceof AuditBroken ||
    (error instanceof OrchestratorRefused && error.code === 'AUDIT_CHAIN_BROKEN')
  );
}
