import { EMPTY_CHAIN, eventHash, type ChainHead } from '@ftm/contracts/chain';
import type { Envelope } from '@ftm/contracts/envelope';
import { createCoveredTree, EMPTY_TREE, type CoveredTreeState } from './covered-tree.ts';
import type { Findings, FindingCode } from './findings.ts';
import { createStreamVersions } from './stream-versions.ts';
import type { Vouched } from './vouched.ts';

export interface LogEntry {
  readonly where: string;
  /** The record's key. */
  readonly key: string;
  readonly partition: number | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: Buffer;
}

/** JSON; holds no event. */
export interface TenantState extends CoveredTreeState {
  readonly tenantId: string;
  readonly head: ChainHead;
  readonly time: string;
  readonly partition: number | null;
  readonly versions: Readonly<Record<string, number>>;
}

export interface TenantResult {
  readonly tenantId: string;
  readonly events: number;
  readonly head: string;
  readonly root: string;
  /** Newest size that a checkpoint vouches for, and that was found to be so. */
  readonly covered: number;
}

/** What a history is checked against, and where what is wrong is put. */
export interface HistoryContext {
  readonly findings: Findings;
  /** Null when the value's schema is one of its type, else what is wrong. */
  readonly schema: (type: string, value: Buffer) => string | null;
}

export type TenantHistory = ReturnType<typeof createTenantHistory>;

export const untold = (tenantId: string): TenantState => ({
  ...EMPTY_TREE,
  tenantId,
  head: EMPTY_CHAIN,
  time: '',
  partition: null,
  versions: {},
});

/**
 * One tenant's history, event by event: does each extend the chain, keep the order, and come to what checkpoints vouch
 * for?
 * @param from where an earlier run left off, or `untold`
 * @param due checkpoints that have not been reached yet, ascending
 */
export function createTenantHistory(from: TenantState, due: readonly Vouched[], context: HistoryContext) {
  const { tenantId } = from;
  const tree = createCoveredTree(from, due);
  const versions = createStreamVersions(from.versions);
  let { head, time, partition } = from;

  const found = (code: FindingCode, where: string, seq: number, message: string): void =>
    context.findings.add({ code, where, tenantId, seq, message });

  function checkOrder(envelope: Envelope, entry: LogEntry): void {
    const { stream, version, seq } = envelope;
    const { where } = entry;
    const expected = versions.get(stream) + 1;
    if (version !== expected)
      found('VERSION_WRONG', where, seq, `version ${version} of ${stream} where ${expected} was due`);
    versions.set(stream, version);
    if (envelope.time < time) found('TIME_WENT_BACK', where, seq, `${envelope.time} comes after ${time}`);
    time = envelope.time;
    partition ??= entry.partition;
    if (entry.partition !== null && partition !== entry.partition)
      found('WRONG_PARTITION', where, seq, `the tenant's events are in partition ${partition}`);
    const schema = context.schema(envelope.type, entry.value);
    if (schema !== null) found('SCHEMA_CHANGED', where, seq, schema);
  }

  return {
    next(envelope: Envelope, entry: LogEntry): void {
      const { seq, hash } = envelope;
      for (const [code, message] of chainFaults(head, envelope, entry.value))
        found(code, entry.where, seq, message);
      // An event that was there before, or comes late, is nothing that the chain could go on from.
      if (seq <= head.seq) return;
      // What is wrong otherwise, it goes on from what stands there, so that one change is one finding.
      head = { seq, hash };
      checkOrder(envelope, entry);
      for (const { size, where } of tree.append(envelope.hash, envelope.time)) {
        const message = `the first ${size} events are not those that the checkpoint at ${where} vouches for`;
        found('HISTORY_REWRITTEN', entry.where, size, message);
      }
    },
    size: () => tree.size,
    /** Other checkpoints have become known. */
    expect: tree.expect,
    isUnmet: () => tree.unmet() !== undefined,
    /** There are no more events. @param oldest epoch ms; events from before it must be covered */
    end(oldest: number): void {
      const { covered, firstUncovered } = tree.state();
      const last = tree.unmet();
      if (last !== undefined) {
        const message = `the log ends at event ${head.seq}; a checkpoint vouches for ${last.size}`;
        found('TRUNCATED', last.where, head.seq, message);
      }
      if (firstUncovered !== null && Date.parse(firstUncovered) < oldest) {
        const message = `event ${covered + 1} of ${firstUncovered} is covered by no checkpoint yet`;
        found('CHECKPOINT_STALE', 'the end', covered + 1, message);
      }
    },
    result: (): TenantResult => ({
      tenantId,
      events: tree.size,
      head: head.hash,
      root: tree.root(),
      covered: tree.state().covered,
    }),
    state: (): TenantState => ({
      tenantId,
      head,
      time,
      partition,
      ...tree.state(),
      versions: Object.fromEntries(versions.entries()),
    }),
  };
}

type Fault = readonly [code: FindingCode, message: string];

/** What keeps the event from extending the chain. */
function chainFaults(head: ChainHead, envelope: Envelope, value: Buffer): Fault[] {
  const { seq, hash, prev } = envelope;
  if (seq <= head.seq)
    return hash === head.hash
      ? [['DUPLICATED', `event ${seq} is there a second time`]]
      : [['OUT_OF_PLACE', `an event ${seq} comes after event ${head.seq}`]];
  const faults: Fault[] = [];
  if (seq > head.seq + 1) {
    const last = seq > head.seq + 2 ? ` to ${seq - 1}` : '';
    faults.push(['MISSING', `event ${head.seq + 1}${last} should be here, event ${seq} is`]);
  } else if (prev !== head.hash)
    faults.push(['CHAIN_BROKEN', `event ${seq} does not point back to the hash of event ${head.seq}`]);
  if (hash !== eventHash(envelope, value))
    faults.push(['CONTENT_CHANGED', `the hash of event ${seq} is not that of its content`]);
  return faults;
}
