import {
  createLogVerifier,
  type LogEntry,
  type Verification,
  type VerifierOptions,
  type VerifierState,
} from '@ftm/audit/verifier';
import { toHeaders } from '@ftm/contracts/envelope';
import { tenantId, type StreamId } from '@ftm/contracts/ids';
import type { OrchestratorClient } from '@ftm/orchestrator/client';
import type { AuditEvent } from '@ftm/orchestrator/wire';

export interface CopyReport extends Verification {
  /** Events of the log that the copy does not have yet. */
  readonly behind: number;
  /** First sequence numbers whose events differ, at most one for a tenant. */
  readonly differences: readonly {
    readonly tenantId: string;
    readonly seq: number;
    readonly message: string;
  }[];
}

const PAGE = 1000;

/** Verifies the Orchestrator's copy by itself, and event by event against the log while that is read. */
export function createCopyCheck(
  orchestrator: OrchestratorClient,
  options: Pick<VerifierOptions, 'trusted' | 'now' | 'schema'> & { readonly from?: VerifierState },
) {
  const verifier = createLogVerifier({ ...options, notes: [], staleMs: Infinity });
  const next = new Map((options.from?.tenants ?? []).map((each) => [each.tenantId, each.head.seq + 1]));
  const logEnd = new Map((options.from?.tenants ?? []).map((each) => [each.tenantId, each.head.seq]));
  const differing = new Map<string, CopyReport['differences'][number]>();
  const asked = new Set<string>();

  async function start(tenant: string): Promise<void> {
    if (asked.has(tenant)) return;
    asked.add(tenant);
    const notes: { where: string; tenantId: string; note: string }[] = [];
    for (let after = 0; ;) {
      const page = await orchestrator.auditCheckpoints(tenant, after);
      notes.push(
        ...page.map(({ size, note }) => ({
          where: `Orchestrator’s checkpoint of ${size}`,
          tenantId: tenant,
          note,
        })),
      );
      const last = page.at(-1)?.size;
      if (last === undefined || last <= after) break;
      after = last;
    }
    verifier.addNotes(notes);
  }

  /** Reads the copy on, up to a sequence number or its end. */
  async function readTo(tenant: string, seq: number, see: (event: AuditEvent) => void): Promise<void> {
    for (let from = next.get(tenant) ?? 1; from <= seq;) {
      const page = await orchestrator.auditEvents(tenant, from, Math.min(PAGE, seq - from + 1));
      for (const event of page) {
        verifier.next(entryOf(tenant, event));
        see(event);
      }
      if (page.length === 0) return;
      from += page.length;
      next.set(tenant, from);
    }
  }

  return {
    verifier,
    /** Takes part in the log's batch: the same events are read from the copy and compared. */
    async follow(entries: readonly LogEntry[]): Promise<void> {
      const hashes = new Map<string, Map<number, string>>();
      for (const { key, headers } of entries) {
        const seq = Number(headers['ftm_seq']);
        if (!Number.isSafeInteger(seq) || !isTenant(key)) continue;
        const known = hashes.get(key) ?? new Map<number, string>();
        hashes.set(key, known.set(seq, headers['ftm_hash'] ?? ''));
      }
      for (const [tenant, bySeq] of hashes) {
        await start(tenant);
        const last = Math.max(logEnd.get(tenant) ?? 0, ...bySeq.keys());
        logEnd.set(tenant, last);
        await readTo(tenant, last, ({ seq, hash }) => {
          const inLog = bySeq.get(seq);
          if (inLog !== hash && !differing.has(tenant))
            differing.set(tenant, {
              tenantId: tenant,
              seq,
              message: `event ${seq} of the Orchestrator’s copy has the hash ${hash.slice(0, 16)}…, ${inLog === undefined ? 'the log does not have it' : `the log’s has ${inLog.slice(0, 16)}…`}`,
            });
        });
      }
    },
    /** The copy of a tenant alone, whole. */
    async readAll(tenant: string): Promise<void> {
      await start(tenant);
      await readTo(tenant, Number.MAX_SAFE_INTEGER, () => undefined);
    },
    /** Does the copy have events that the log, as far as it was read, does not have? */
    async ahead(): Promise<boolean> {
      for (const tenant of asked)
        if ((await orchestrator.auditPosition(tenant)).acknowledgedSeq > (logEnd.get(tenant) ?? 0))
          return true;
      return false;
    },
    async finish(): Promise<CopyReport> {
      let behind = 0;
      for (const tenant of asked) {
        const { acknowledgedSeq } = await orchestrator.auditPosition(tenant);
        const end = logEnd.get(tenant) ?? 0;
        behind += Math.max(0, end - acknowledgedSeq);
        if (acknowledgedSeq > end && end > 0 && !differing.has(tenant))
          differing.set(tenant, {
            tenantId: tenant,
            seq: end + 1,
            message: `the log ends at event ${end}, the Orchestrator’s copy at ${acknowledgedSeq}`,
          });
      }
      const verification = verifier.finish();
      const differences = [...differing.values()];
      return { ...verification, ok: verification.ok && differences.length === 0, behind, differences };
    },
  };
}

function isTenant(key: string): boolean {
  try {
    tenantId(key);
    return true;
  } catch {
    return false;
  }
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
