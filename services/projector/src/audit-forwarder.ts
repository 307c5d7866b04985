import { fromHeaders } from '@ftm/contracts/envelope';
import { tenantId } from '@ftm/contracts/ids';
import { LEADERS, whileLeading, type Lead } from '@ftm/postgres/leading';
import type { Pool } from '@ftm/postgres/pool';
import { OrchestratorRefused, type OrchestratorClient } from '@ftm/orchestrator/client';
import { pause } from '@ftm/runtime/backoff';
import type { Logger } from '@ftm/runtime/logger';
import { gauge } from '@ftm/runtime/metrics';
import type { Bell } from './bell.ts';
import { newestEvents, readForAudit, type TenantHead } from './audit-source.ts';
import { createTenantWaits } from './tenant-waits.ts';

export interface AuditForwarderOptions {
  readonly pool: Pool;
  readonly orchestrator: Pick<OrchestratorClient, 'sendAuditEvents' | 'auditPosition'>;
  readonly logger: Logger;
  /** Rung when the journal has got events in this process; what comes by another one is found by looking. */
  readonly bell: Bell;
  /** How often it looks while there is something to bring. Default 200. */
  readonly pollMs?: number;
  /** How often it looks while there is not. Default 1000. */
  readonly idleMs?: number;
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
  return whileLeading(options.pool, LEADERS.auditForwarder, (lead) => forwardWhile(lead, options), {
    onProblem: (error) => options.logger.warn('audit forwarding waits for the database', { error }),
  });
}

/** What is remembered is of no use after another has led: it begins and ends with the lead. */
async function forwardWhile({ client, signal }: Lead, options: AuditForwarderOptions): Promise<void> {
  const { bell, pollMs = 200, idleMs = 1000 } = options;
  const turns = createTurns(options, signal);
  try {
    for (let first = 0; !signal.aborted; first += 1) {
      const more = bell.next();
      const heads = await newestEvents(client);
      // Everyone gets to be the first one, so that many failing tenants do not keep the places of the others.
      const middle = first % Math.max(1, heads.length);
      turns.start([...heads.slice(middle), ...heads.slice(0, middle)]);
      if (turns.isDone(heads)) await pause(idleMs, signal, more);
      else await pause(pollMs, signal);
    }
  } finally {
    await turns.end();
    lag.reset();
    brokenTenants.reset();
  }
}

/** Whose turn it is: several tenants at once, one that failed later again. */
function createTurns(options: AuditForwarderOptions, signal: AbortSignal) {
  const { logger, brokenRetryMs = BROKEN_RETRY_MS } = options;
  const acknowledged = new Map<string, number>();
  const waits = createTenantWaits();
  const broken = new Set<string>();
  const busy = new Map<string, { head: number; readonly work: Promise<void> }>();

  async function forward(tenant: string): Promise<void> {
    let done = acknowledged.get(tenant) ?? (await options.orchestrator.auditPosition(tenant)).acknowledgedSeq;
    acknowledged.set(tenant, done);
    for (let batch = 0; batch < BATCHES_A_TURN && !signal.aborted; batch += 1) {
      const head = busy.get(tenant)?.head ?? 0;
      if (done >= head) return;
      done = await sendAfter(options, tenant, done, head);
      acknowledged.set(tenant, done);
      lag.set({ tenant }, Math.max(0, head - done));
      if (!broken.delete(tenant)) continue;
      brokenTenants.set({ tenant }, 0);
      logger.info('audit forwarding goes on for a tenant: its audit copy and the log are one again', {
        tenant,
      });
    }
  }

  function failed(tenant: string, error: unknown): void {
    // The Orchestrator's position may not be what is remembered here (AUDIT_GAP says so): it is asked for again, and goes on from there.
    acknowledged.delete(tenant);
    if (!isBroken(error)) {
      const failures = waits.failed(tenant, { baseMs: 200 });
      logger.warn('could not forward audit events', { tenant, failures, error });
      return;
    }
    if (!broken.has(tenant)) waits.passed(tenant);
    waits.failed(tenant, { baseMs: brokenRetryMs, maxMs: BROKEN_RETRY_MAX_MS });
    broken.add(tenant);
    brokenTenants.set({ tenant }, 1);
    logger.error('audit forwarding waits for a tenant: its audit copy and the log differ', { tenant, error });
  }

  return {
    /** Starts what can be started. Tenants that waited longest go first. */
    start(heads: readonly TenantHead[]): void {
      for (const { tenantId: tenant, seq } of heads) {
        const known = acknowledged.get(tenant);
        if (known !== undefined) lag.set({ tenant }, Math.max(0, seq - known));
        const mine = busy.get(tenant);
        if (mine !== undefined) mine.head = seq;
        if (mine !== undefined || busy.size >= CONCURRENCY || (known ?? -1) >= seq) continue;
        if (waits.isWaiting(tenant)) continue;
        const work = Promise.resolve()
          .then(() => forward(tenant))
          .then(() => waits.passed(tenant))
          .catch((error: unknown) => failed(tenant, error))
          .finally(() => busy.delete(tenant));
        busy.set(tenant, { head: seq, work });
      }
    },
    /** Does the Orchestrator have everything? */
    isDone: (heads: readonly TenantHead[]): boolean =>
      heads.every(({ tenantId: tenant, seq }) => (acknowledged.get(tenant) ?? -1) >= seq),
    async end(): Promise<void> {
      await Promise.all([...busy.values()].map(({ work }) => work));
    },
  };
}

/** @returns up to which event the Orchestrator has them now */
async function sendAfter(
  options: AuditForwarderOptions,
  tenant: string,
  done: number,
  head: number,
): Promise<number> {
  const { pool, orchestrator, batchSize = 500, batchBytes = 2_000_000 } = options;
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
    throw new Error(`the Orchestrator acknowledged ${acknowledgedSeq} after ${done + sound.length} was sent`);
  return acknowledgedSeq;
}

function isBroken(error: unknown): boolean {
  return (
    error instanceof AuditBroken ||
    (error instanceof OrchestratorRefused && error.code === 'AUDIT_CHAIN_BROKEN')
  );
}
