import type { LogEntry } from '@ftm/audit/tenant-history';
import {
  createLogVerifier,
  type Verification,
  type VerifierOptions,
  type VerifierState,
} from '@ftm/audit/verifier';
import { EMPTY_CHAIN, type ChainHead } from '@ftm/contracts/chain';
import { isTenantId } from '@ftm/contracts/ids';
import { createCopyReader, type AuditCopy } from './copy-reader.ts';

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
  const next = (from?.copy.tenants ?? []).map((each) => [each.tenantId, each.head.seq + 1] as const);
  const copy = createCopyReader(orchestrator, verifier, new Map(next));
  const logHeads = new Map(Object.entries(from?.logHeads ?? {}));
  const differences = createDifferences(from?.differences ?? []);
  /** What each copy had when it was last looked whether the log has as much. */
  const acknowledged = new Map<string, number>();

  return {
    verifier,
    /** Takes part in the log's batch: the same events are read from the copy and compared. */
    async follow(entries: readonly LogEntry[]): Promise<void> {
      for (const [tenant, hashes] of hashesOf(entries)) {
        await copy.start(tenant);
        const before = logHeads.get(tenant) ?? EMPTY_CHAIN;
        const last = Math.max(...hashes.keys());
        if (last > before.seq) logHeads.set(tenant, { seq: last, hash: hashes.get(last) ?? '' });
        await copy.readTo(tenant, Math.max(before.seq, last), (event) => {
          if (event.seq > before.seq) differences.compare(tenant, event, hashes.get(event.seq));
        });
      }
    },
    /** The copy of a tenant alone, whole. */
    async readAll(tenant: string): Promise<void> {
      await copy.start(tenant);
      await copy.readTo(tenant, Number.MAX_SAFE_INTEGER, () => undefined);
    },
    /** Does the copy have events that the log, as far as it was read, does not have? */
    async ahead(): Promise<boolean> {
      let ahead = false;
      for (const [tenant, { seq }] of logHeads) {
        await copy.start(tenant);
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
        await copy.readTo(tenant, head.seq, (event) => {
          if (event.seq === head.seq) differences.compare(tenant, event, head.hash);
        });
        behind += Math.max(0, head.seq - copy.read(tenant));
        const copied = acknowledged.get(tenant) ?? 0;
        if (copied > head.seq) {
          const message = `the log ends at event ${head.seq}, the Orchestrator’s copy at ${copied}`;
          differences.add({ tenantId: tenant, seq: head.seq + 1, message });
        }
      }
      const verification = verifier.finish();
      const found = differences.all();
      return { ...verification, ok: verification.ok && found.length === 0, behind, differences: found };
    },
    state: (): CopyState => ({
      copy: verifier.state(),
      logHeads: Object.fromEntries(logHeads),
      differences: differences.all(),
    }),
  };
}

/** The first one of each tenant. */
function createDifferences(from: readonly Difference[]) {
  const byTenant = new Map(from.map((each) => [each.tenantId, each]));
  const add = (difference: Difference): void => {
    if (!byTenant.has(difference.tenantId)) byTenant.set(difference.tenantId, difference);
  };
  return {
    add,
    /** @param inLog the hash of the same event there */
    compare(tenant: string, { seq, hash }: ChainHead, inLog: string | undefined): void {
      if (inLog === hash) return;
      const other = inLog === undefined ? 'the log does not have it' : `the log’s has ${inLog.slice(0, 16)}…`;
      const message = `event ${seq} of the Orchestrator’s copy has the hash ${hash.slice(0, 16)}…, ${other}`;
      add({ tenantId: tenant, seq, message });
    },
    all: (): Difference[] => [...byTenant.values()],
  };
}

/** Tenant → sequence number → hash, as the records say. */
function hashesOf(entries: readonly LogEntry[]): Map<string, Map<number, string>> {
  const hashes = new Map<string, Map<number, string>>();
  for (const { key, headers } of entries) {
    const seq = Number(headers['ftm_seq']);
    if (!Number.isSafeInteger(seq) || !isTenantId(key)) continue;
    const known = hashes.get(key) ?? new Map<number, string>();
    hashes.set(key, known.set(seq, headers['ftm_hash'] ?? ''));
  }
  return hashes;
}
