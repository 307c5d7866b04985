import { fromHeaders, type Envelope } from '@ftm/contracts/envelope';
import { tenantId } from '@ftm/contracts/ids';
import { createFindings, type Finding } from './findings.ts';
import type { NoteVerifier } from './signed-note.ts';
import {
  createTenantHistory,
  untold,
  type LogEntry,
  type TenantHistory,
  type TenantResult,
  type TenantState,
} from './tenant-history.ts';
import { createVouched, type PublishedNote } from './vouched.ts';

export interface VerifierOptions {
  readonly trusted: readonly NoteVerifier[];
  /** Of each source in the order in which they were published. */
  readonly notes: readonly (readonly PublishedNote[])[];
  /** ISO 8601; events older than `staleMs` before it must be covered by a checkpoint. */
  readonly now: string;
  /** Default 1 hour. Infinity where there need be no checkpoints. */
  readonly staleMs?: number;
  /** Null when the value's schema is one of its type, else what is wrong. */
  readonly schema?: (type: string, value: Buffer) => string | null;
  /** Findings that are kept; all are counted. Default 1000. */
  readonly keep?: number;
  /** From `state()` of an earlier run: it goes on after the last entry of that one. */
  readonly from?: VerifierState;
}

export interface Verification {
  readonly ok: boolean;
  readonly events: number;
  readonly checkpoints: number;
  readonly faults: number;
  /** The first ones, in the order in which they were met. */
  readonly findings: readonly Finding[];
  readonly tenants: readonly TenantResult[];
}

/** JSON; holds no event. */
export interface VerifierState {
  readonly events: number;
  readonly faults: number;
  readonly findings: readonly Finding[];
  readonly tenants: readonly TenantState[];
}

const HOUR_MS = 3_600_000;

/**
 * Goes through a log record by record and finds what is wrong with it: it recomputes every hash, the order of every
 * tenant and stream, the Merkle tree, and what signed checkpoints say of it. Memory does not grow with events: it is
 * 32 to 64 bytes a stream, and some hundred a tenant.
 */
export function createLogVerifier(options: VerifierOptions) {
  const { from } = options;
  const findings = createFindings(options.keep ?? 1000, from);
  const context = { findings, schema: options.schema ?? (() => null) };
  const vouched = createVouched(options.trusted, findings);
  const tenants = new Map<string, TenantHistory>();
  let events = from?.events ?? 0;

  function begin(state: TenantState): TenantHistory {
    const history = createTenantHistory(state, vouched.dueOf(state.tenantId, state.size), context);
    tenants.set(state.tenantId, history);
    return history;
  }
  const historyOf = (id: string): TenantHistory => tenants.get(id) ?? begin(untold(id));
  /** Also of tenants that checkpoints speak of and the log does not. */
  function everybody(): readonly TenantHistory[] {
    for (const id of vouched.tenants()) historyOf(id);
    return [...tenants.values()];
  }
  function addNotes(source: readonly PublishedNote[]): void {
    for (const id of vouched.add(source)) {
      const known = tenants.get(id);
      known?.expect(vouched.dueOf(id, known.size()));
    }
  }
  for (const source of options.notes) addNotes(source);
  for (const state of from?.tenants ?? []) begin(state);

  return {
    /** Of one source, in the order in which they were published; before the first event of their tenants. */
    addNotes,
    next(entry: LogEntry): void {
      events += 1;
      let envelope: Envelope;
      try {
        envelope = fromHeaders(tenantId(entry.key), entry.headers);
      } catch (error) {
        const { where, key } = entry;
        const { message } = error as Error;
        findings.add({ code: 'MALFORMED', where, tenantId: key, seq: null, message });
        return;
      }
      historyOf(envelope.tenantId).next(envelope, entry);
    },
    /** Does a checkpoint vouch for more than has been read? Then either the log goes on, or its end is missing. */
    unmet: (): boolean => everybody().some((history) => history.isUnmet()),
    /** What there is to say at the end of the log. */
    finish(): Verification {
      const oldest = Date.parse(options.now) - (options.staleMs ?? HOUR_MS);
      for (const history of everybody()) history.end(oldest);
      return {
        ok: findings.count() === 0,
        events,
        checkpoints: vouched.count(),
        faults: findings.count(),
        findings: findings.kept,
        tenants: [...tenants.values()].map((history) => history.result()),
      };
    },
    state: (): VerifierState => ({
      events,
      faults: findings.count(),
      findings: findings.kept,
      tenants: [...tenants.values()].map((history) => history.state()),
    }),
  };
}
