import { EMPTY_CHAIN, eventHash, type ChainHead } from '@ftm/contracts/chain';
import { fromHeaders, type Envelope } from '@ftm/contracts/envelope';
import { tenantId } from '@ftm/contracts/ids';
import { openCheckpoint, type Checkpoint } from './checkpoint.ts';
import { createCompactTree, hex, leafHash, type CompactTree } from './merkle.ts';
import type { NoteVerifier } from './signed-note.ts';
import { createStreamVersions, type StreamVersions } from './stream-versions.ts';

/** What can be wrong with a log. */
export type FindingCode =
  /** No tenant, or headers that are no envelope. */
  | 'MALFORMED'
  /** The hash is not that of the envelope and value: a byte was changed. */
  | 'CONTENT_CHANGED'
  /** It does not point back to the event before it. */
  | 'CHAIN_BROKEN'
  /** Events between the last one and this one are not there. */
  | 'MISSING'
  /** This very event was there before. */
  | 'DUPLICATED'
  /** Another event with a sequence number that was there before, or one that comes late. */
  | 'OUT_OF_PLACE'
  | 'VERSION_WRONG'
  | 'TIME_WENT_BACK'
  | 'WRONG_PARTITION'
  /** The value names a schema that is not one of its type. */
  | 'SCHEMA_CHANGED'
  /** No trusted key has signed a checkpoint, or it is malformed. */
  | 'CHECKPOINT_INVALID'
  /** A checkpoint is smaller than one that was published before it. */
  | 'CHECKPOINT_WENT_BACK'
  /** The tree of a checkpoint's size has another root: the history was written anew. */
  | 'HISTORY_REWRITTEN'
  /** The log ends before what was vouched for. */
  | 'TRUNCATED'
  /** Events are older than a checkpoint that covers them may take. */
  | 'CHECKPOINT_STALE';

export interface Finding {
  readonly code: FindingCode;
  /** `<partition>:<offset>`, or where else it stands. */
  readonly where: string;
  readonly tenantId: string;
  readonly seq: number | null;
  readonly message: string;
}

export interface LogEntry {
  readonly where: string;
  /** The record's key. */
  readonly key: string;
  readonly partition: number | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: Buffer;
}

export interface PublishedNote {
  readonly where: string;
  readonly tenantId: string;
  readonly note: string;
}

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

export interface TenantResult {
  readonly tenantId: string;
  readonly events: number;
  readonly head: string;
  readonly root: string;
  /** Newest size that a checkpoint vouches for, and that was found to be so. */
  readonly covered: number;
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

interface TenantState {
  readonly tenantId: string;
  readonly head: ChainHead;
  readonly time: string;
  readonly partition: number | null;
  readonly peaks: readonly string[];
  readonly size: number;
  readonly covered: number;
  readonly versions: Readonly<Record<string, number>>;
  readonly firstUncovered: string | null;
}

interface Tenant {
  readonly tenantId: string;
  head: ChainHead;
  time: string;
  partition: number | null;
  readonly tree: CompactTree;
  readonly versions: StreamVersions;
  /** Ascending; the ones that have not been reached yet. */
  readonly due: Vouched[];
  covered: number;
  /** Time of the first event after `covered`. */
  firstUncovered: string | null;
}

interface Vouched extends Checkpoint {
  readonly where: string;
}

const HOUR_MS = 3_600_000;

/**
 * Goes through a log record by record and finds what is wrong with it: it recomputes every hash, the order of every
 * tenant and stream, the Merkle tree, and what signed checkpoints say of it. Memory does not grow with events: it is
 * 32 to 64 bytes a stream, and some hundred a tenant.
 */
export function createLogVerifier(options: VerifierOptions) {
  const keep = options.keep ?? 1000;
  const staleMs = options.staleMs ?? HOUR_MS;
  const tenants = new Map<string, Tenant>();
  const findings: Finding[] = [...(options.from?.findings ?? [])];
  let faults = options.from?.faults ?? 0;
  let events = options.from?.events ?? 0;
  let checkpoints = 0;

  function found(
    code: FindingCode,
    where: string,
    tenant: string,
    seq: number | null,
    message: string,
  ): void {
    faults += 1;
    if (findings.length < keep) findings.push({ code, where, tenantId: tenant, seq, message });
  }

  const vouched = new Map<string, Vouched[]>();
  function addNotes(source: readonly PublishedNote[]): void {
    const sizes = new Map<string, number>();
    for (const { where, tenantId: tenant, note } of source) {
      try {
        const checkpoint = openCheckpoint(note, options.trusted);
        checkpoints += 1;
        if (checkpoint.tenantId !== tenant) throw new Error(`it is of ${checkpoint.tenantId}`);
        const before = sizes.get(tenant) ?? 0;
        if (checkpoint.size < before)
          found(
            'CHECKPOINT_WENT_BACK',
            where,
            tenant,
            checkpoint.size,
            `a checkpoint of ${checkpoint.size} events comes after one of ${before}`,
          );
        sizes.set(tenant, Math.max(before, checkpoint.size));
        const list = vouched.get(tenant) ?? [];
        list.push({ ...checkpoint, where });
        vouched.set(tenant, list);
      } catch (error) {
        found('CHECKPOINT_INVALID', where, tenant, null, (error as Error).message);
      }
    }
    for (const id of sizes.keys()) {
      const known = tenants.get(id);
      known?.due.splice(0, Infinity, ...dueOf(id, known.tree.size));
    }
  }
  for (const source of options.notes) addNotes(source);
  for (const state of options.from?.tenants ?? []) tenants.set(state.tenantId, resume(state));

  function resume(state: TenantState): Tenant {
    return {
      ...state,
      tree: createCompactTree({ size: state.size, peaks: state.peaks }),
      versions: createStreamVersions(state.versions),
      due: dueOf(state.tenantId, state.size),
    };
  }
  function dueOf(tenant: string, after: number): Vouched[] {
    return (vouched.get(tenant) ?? []).filter((each) => each.size > after).sort((a, b) => a.size - b.size);
  }
  function tenantOf(id: string): Tenant {
    let tenant = tenants.get(id);
    if (tenant === undefined) {
      tenant = {
        tenantId: id,
        head: EMPTY_CHAIN,
        time: '',
        partition: null,
        tree: createCompactTree(),
        versions: createStreamVersions(),
        due: dueOf(id, 0),
        covered: 0,
        firstUncovered: null,
      };
      tenants.set(id, tenant);
    }
    return tenant;
  }

  /** Does it extend the chain? If not, says why, and whether the chain goes on from it. */
  function extend(tenant: Tenant, envelope: Envelope, entry: LogEntry): boolean {
    const { head } = tenant;
    const { seq } = envelope;
    const fault = (code: FindingCode, message: string): void =>
      found(code, entry.where, tenant.tenantId, seq, message);
    if (seq <= head.seq) {
      if (envelope.hash === head.hash) fault('DUPLICATED', `event ${seq} is there a second time`);
      else fault('OUT_OF_PLACE', `an event ${seq} comes after event ${head.seq}`);
      return false;
    }
    if (seq > head.seq + 1)
      fault(
        'MISSING',
        `event ${head.seq + 1}${seq > head.seq + 2 ? ` to ${seq - 1}` : ''} should be here, event ${seq} is`,
      );
    else if (envelope.prev !== head.hash)
      fault('CHAIN_BROKEN', `event ${seq} does not point back to the hash of event ${head.seq}`);
    if (envelope.hash !== eventHash(envelope, entry.value))
      fault('CONTENT_CHANGED', `the hash of event ${seq} is not that of its content`);
    // The chain goes on from what stands there, so that one change is one finding.
    tenant.head = { seq, hash: envelope.hash };
    return true;
  }

  function checkOrder(tenant: Tenant, envelope: Envelope, entry: LogEntry): void {
    const { stream, version, time, seq } = envelope;
    const due = tenant.versions.get(stream) + 1;
    if (version !== due)
      found(
        'VERSION_WRONG',
        entry.where,
        tenant.tenantId,
        seq,
        `version ${version} of ${stream} where ${due} was due`,
      );
    tenant.versions.set(stream, version);
    if (time < tenant.time)
      found('TIME_WENT_BACK', entry.where, tenant.tenantId, seq, `${time} comes after ${tenant.time}`);
    tenant.time = time;
    if (entry.partition !== null) {
      tenant.partition ??= entry.partition;
      if (tenant.partition !== entry.partition)
        found(
          'WRONG_PARTITION',
          entry.where,
          tenant.tenantId,
          seq,
          `the tenant's events are in partition ${tenant.partition}`,
        );
    }
    const schema = options.schema?.(envelope.type, entry.value) ?? null;
    if (schema !== null) found('SCHEMA_CHANGED', entry.where, tenant.tenantId, seq, schema);
  }

  function grow(tenant: Tenant, envelope: Envelope, where: string): void {
    tenant.tree.append(leafHash(Buffer.from(envelope.hash, 'hex')));
    tenant.firstUncovered ??= envelope.time;
    for (
      let next = tenant.due[0];
      next !== undefined && next.size <= tenant.tree.size;
      next = tenant.due[0]
    ) {
      tenant.due.shift();
      if (next.size < tenant.tree.size) continue;
      if (hex(tenant.tree.root()) === next.root) {
        tenant.covered = next.size;
        tenant.firstUncovered = null;
      } else
        found(
          'HISTORY_REWRITTEN',
          where,
          tenant.tenantId,
          next.size,
          `the first ${next.size} events are not those that the checkpoint at ${next.where} vouches for`,
        );
    }
  }

  return {
    /** Of one source, in the order in which they were published; before the first event of their tenants. */
    addNotes,
    next(entry: LogEntry): void {
      events += 1;
      let envelope: Envelope;
      try {
        envelope = fromHeaders(tenantId(entry.key), entry.headers);
      } catch (error) {
        found('MALFORMED', entry.where, entry.key, null, (error as Error).message);
        return;
      }
      const tenant = tenantOf(envelope.tenantId);
      if (!extend(tenant, envelope, entry)) return;
      checkOrder(tenant, envelope, entry);
      grow(tenant, envelope, entry.where);
    },
    /** Does a checkpoint vouch for more than has been read? Then either the log goes on, or its end is missing. */
    unmet(): boolean {
      for (const id of vouched.keys()) tenantOf(id);
      return [...tenants.values()].some((each) => each.due.length > 0);
    },
    /** What there is to say at the end of the log. */
    finish(): Verification {
      for (const id of vouched.keys()) tenantOf(id);
      for (const tenant of tenants.values()) {
        const last = tenant.due.at(-1);
        if (last !== undefined)
          found(
            'TRUNCATED',
            last.where,
            tenant.tenantId,
            tenant.head.seq,
            `the log ends at event ${tenant.head.seq}; a checkpoint vouches for ${last.size}`,
          );
        const since = tenant.firstUncovered;
        if (since !== null && Date.parse(options.now) - Date.parse(since) > staleMs)
          found(
            'CHECKPOINT_STALE',
            'the end',
            tenant.tenantId,
            tenant.covered + 1,
            `event ${tenant.covered + 1} of ${since} is covered by no checkpoint yet`,
          );
      }
      return {
        ok: faults === 0,
        events,
        checkpoints,
        faults,
        findings,
        tenants: [...tenants.values()].map((each) => ({
          tenantId: each.tenantId,
          events: each.tree.size,
          head: each.head.hash,
          root: hex(each.tree.root()),
          covered: each.covered,
        })),
      };
    },
    state: (): VerifierState => ({
      events,
      faults,
      findings,
      tenants: [...tenants.values()].map((each) => ({
        tenantId: each.tenantId,
        head: each.head,
        time: each.time,
        partition: each.partition,
        peaks: each.tree.peaks(),
        size: each.tree.size,
        covered: each.covered,
        versions: Object.fromEntries(each.versions.entries()),
        firstUncovered: each.firstUncovered,
      })),
    }),
  };
}
