import {
  createLogVerifier,
  type LogEntry,
  type Verification,
  type VerifierOptions,
  type VerifierState,
} from '@ftm/audit/verifier';
import { EMPTY_CHAIN, type ChainHead } from '@ftm/contracts/chain';
import { toHeaders } from '@ftm/contracts/envelope';
import { tenantId, type StreamId } from '@ftm/contracts/ids';
import type { OrchestratorClient } from '@ftm/orchestrator/client';
import type { AuditEvent } from '@ftm/orchestrator/wire';

export interface CopyReport extends Verification {
  /** Events of the log that the copy does not have yet. */
  readonly behind: number;
  /** First sequence numbers whose events differ, at most one for a tenant. */
  readonly differences: readonly Difference[];
}

interface Difference {
  readonly tenantId: string;
  readonly seq: number;
  readonly message: string;
}

/** JSON; holds no event. */
export interface CopyState {
  readonly copy: VerifierState;
  /** How far the log was read, by tenant. */
  readonly logHeads: Readonly<Record<string, ChainHead>>;
  readonly differences: readonly Difference[];
}

/** What is asked of the Orchestrator. */
export type AuditCopy = Pick<OrchestratorClient, 'auditCheckpoints' | 'auditEvents' | 'auditPosition'>;

const PAGE = 1000;

/**
 * Verifies the Orchestrator's copy by itself, and event by event against the log while that is read.
 *
 * Both grow meanwhile, and the copy follows behind. What it has of an earlier batch only when a later one is read
 * needs no comparison of its own: each hash covers all before it, and the copy's own chain is verified.
 */
export function createCopyCheck(
  orchestrator: AuditCopy,
  options: Pick<VerifierOptions, 'trusted' | 'now' | 'schema'> & { readonly from?: CopyState },
) {
  const { from, ...rest } = options;
  const verifier = createLogVerifier({
    ...rest,
    notes: [],
    staleMs: Infinity,
    ...(from === undefined ? {} : { from: from.copy }),
  });
  const next = new Map((from?.copy.tenants ?? []).map((each) => [each.tenantId, each.head.seq + 1]));
  const logHeads = new Map(Object.entries(from?.logHeads ?? {}));
  const differing = new Map((from?.differences ?? []).map((each) => [each.tenantId, each]));
  const asked = new Set<string>();
  /** What each copy had when it was last looked whether the log has as much. */
  const acknowledged = new Map<string, number>();

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

  function differs(tenant: string, seq: number, message: string): void {
    if (!differing.has(tenant)) differing.set(tenant, { tenantId: tenant, seq, message });
  }
  function compare(tenant: string, { seq, hash }: ChainHead, inLog: string | undefined): void {
    if (inLog !== hash)
      differs(
        tenant,
        seq,
        `event ${seq} of the Orchestrator’s copy has the hash ${hash.slice(0, 16)}…, ${inLog === undefined ? 'the log does not have it' : `the log’s has ${inLog.slice(0, 16)}…`}`,
      );
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
        const before = logHeads.get(tenant) ?? EMPTY_CHAIN;
        const last = Math.max(...bySeq.keys());
        if (last > before.seq) logHeads.set(tenant, { seq: last, hash: bySeq.get(last) ?? '' });
        await readTo(tenant, Math.max(before.seq, last), (event) => {
          if (event.seq > before.seq) compare(tenant, event, bySeq.get(event.seq));
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
      let ahead = false;
      for (const [tenant, { seq }] of logHeads) {
        await start(tenant);
        const { acknowledgedSeq } = await orchestrator.auditPosition(tenant);
        acknowledged.set(tenant, acknowledgedSeq);
        ahead ||= acknowledgedSeq > seq;
      }
      return ahead;
    },
    /** After `ahead`, and after the log was read on from there. */
    async finish(): Promise<CopyReport> {
      let behind = 0;
      for (const [tenant, head] of logHeads) {
        await readTo(tenant, head.seq, (event) => {
          if (event.seq === head.seq) compare(tenant, event, head.hash);
        });
        behind += Math.max(0, head.seq + 1 - (next.get(tenant) ?? 1));
        const copied = acknowledged.get(tenant) ?? 0;
        if (copied > head.seq)
          differs(
            tenant,
            head.seq + 1,
            `the log ends at event ${head.seq}, the Orchestrator’s copy at ${copied}`,
          );
      }
      const verification = verifier.finish();
      const differences = [...differing.values()];
      return { ...verification, ok: verification.ok && differences.length === 0, behind, differences };
    },
    state: (): CopyState => ({
      copy: verifier.state(),
      logHeads: Object.fromEntries(logHeads),
      differences: [...differing.values()],
    }),
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
