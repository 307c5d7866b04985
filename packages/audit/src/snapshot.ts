import { createHash } from 'node:crypto';
import { EMPTY_CHAIN, link, type ChainHead } from '@ftm/contracts/chain';
import { fromHeaders, type Envelope } from '@ftm/contracts/envelope';
import { tenantId } from '@ftm/contracts/ids';
import { openCheckpoint, type Checkpoint } from './checkpoint.ts';
import { createCoveredTree, EMPTY_TREE, type CoveredTreeState } from './covered-tree.ts';
import {
  parseExportLine,
  SIDE_TABLES,
  type EventLine,
  type ExportLine,
  type SnapshotEnd,
} from './export-lines.ts';
import type { NoteVerifier } from './signed-note.ts';

/** A snapshot that must not be restored; the message says where it is wrong, and how. */
export class SnapshotRefused extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'SnapshotRefused';
  }
}

/** A tenant's newest event in a snapshot. */
export interface SnapshotHead {
  readonly tenantId: string;
  readonly partition: number;
  readonly offset: string;
  readonly seq: number;
  readonly hash: string;
  /** ISO 8601, as the event says. */
  readonly time: string;
  /** Events that a trusted checkpoint vouches for. */
  readonly covered: number;
}

export type SnapshotRead =
  | { readonly line: Exclude<ExportLine, EventLine> }
  | { readonly line: EventLine; readonly envelope: Envelope; readonly value: Buffer };

interface Tenant {
  head: ChainHead;
  readonly tree: ReturnType<typeof createCoveredTree<Checkpoint>>;
  last: { readonly partition: number; readonly offset: string; readonly time: string };
}

/** An event may be so long without a checkpoint, measured at the newest event of the snapshot. */
const STALE_MS = 3_600_000;

/** The chains, trees and positions that a file's events come to. Memory grows with tenants, not with events. */
function createChains() {
  const tenants = new Map<string, Tenant>();
  const vouched = new Map<string, Checkpoint[]>();
  const ends = new Map<number, bigint>();
  let events = 0;
  let newest = '';

  function tenantOf(id: string, line: EventLine): Tenant {
    let tenant = tenants.get(id);
    if (tenant === undefined) {
      const due = (vouched.get(id) ?? []).sort((a, b) => a.size - b.size);
      const last = { partition: line.partition, offset: line.offset, time: '' };
      tenant = { head: EMPTY_CHAIN, tree: createCoveredTree(EMPTY_TREE, due), last };
      tenants.set(id, tenant);
    }
    return tenant;
  }

  return {
    vouch(checkpoint: Checkpoint): void {
      const known = vouched.get(checkpoint.tenantId);
      if (known === undefined) vouched.set(checkpoint.tenantId, [checkpoint]);
      else known.push(checkpoint);
    },
    take(line: EventLine, value: Buffer): Envelope {
      const where = `the event at ${line.partition}:${line.offset}`;
      if (BigInt(line.offset) < (ends.get(line.partition) ?? 0n))
        throw new SnapshotRefused(`${where} comes after a later one`);
      const envelope = envelopeOf(line, where);
      const tenant = tenantOf(envelope.tenantId, line);
      const next = link(tenant.head, envelope, value);
      if (next.kind === 'void')
        throw new SnapshotRefused(`${where} does not extend ${line.key}: ${next.reason}`);
      tenant.head = next.head;
      tenant.last = { partition: line.partition, offset: line.offset, time: envelope.time };
      const [refuted] = tenant.tree.append(envelope.hash, envelope.time);
      if (refuted !== undefined)
        throw new SnapshotRefused(
          `${line.key}: the first ${refuted.size} events are not those that a signed checkpoint vouches for`,
        );
      if (envelope.time > newest) newest = envelope.time;
      ends.set(line.partition, BigInt(line.offset) + 1n);
      events += 1;
      return envelope;
    },
    /** @throws SnapshotRefused when checkpoints vouch for more than there is, or for too little */
    meetAll(): void {
      for (const [id, notes] of vouched) refuseTruncated(id, tenants.get(id)?.head.seq ?? 0, notes);
      for (const [id, { tree }] of tenants) refuseStale(id, tree.state(), newest);
    },
    sum: (): Omit<SnapshotEnd, 'sha256' | 'kind'> => ({
      events,
      positions: Object.fromEntries([...ends].map(([partition, end]) => [partition, String(end)])),
      tenants: [...tenants]
        .map(([id, { head, tree }]) => ({ tenantId: id, ...head, root: tree.root() }))
        .sort((a, b) => (a.tenantId < b.tenantId ? -1 : 1)),
    }),
    heads: (): SnapshotHead[] =>
      [...tenants].map(([id, { head, last, tree }]) => ({
        tenantId: id,
        ...head,
        ...last,
        covered: tree.state().covered,
      })),
  };
}

function envelopeOf(line: EventLine, where: string): Envelope {
  try {
    return fromHeaders(tenantId(line.key), line.headers);
  } catch (error) {
    throw new SnapshotRefused(`${where}: ${(error as Error).message}`, { cause: error });
  }
}

function refuseTruncated(tenant: string, seq: number, vouched: readonly Checkpoint[]): void {
  const most = Math.max(...vouched.map((each) => each.size));
  if (most > seq)
    throw new SnapshotRefused(`${tenant}: it ends at event ${seq}, a signed checkpoint vouches for ${most}`);
}

function refuseStale(tenant: string, tree: CoveredTreeState, newest: string): void {
  const { firstUncovered, covered } = tree;
  if (firstUncovered !== null && Date.parse(newest) - Date.parse(firstUncovered) > STALE_MS)
    throw new SnapshotRefused(`${tenant}: no trusted checkpoint covers event ${covered + 1} and later ones`);
}

/** Lines of a snapshot, as texts without line ends. Events must come in the order of the log. */
export function createSnapshotWriter() {
  const chains = createChains();
  const sha256 = createHash('sha256');
  return {
    /** @throws SnapshotRefused for an event that does not extend its chain: what is unsound is not handed on */
    line(line: Exclude<ExportLine, SnapshotEnd>): string {
      if (line.kind === 'event') chains.take(line, Buffer.from(line.value, 'base64'));
      const text = JSON.stringify(line);
      sha256.update(`${text}\n`);
      return text;
    },
    end(): string {
      const end: SnapshotEnd = { kind: 'snapshot-end', ...chains.sum(), sha256: sha256.digest('hex') };
      return JSON.stringify(end);
    },
  };
}

/**
 * Reads a snapshot line by line and refuses it at the first thing that is wrong: a hash, a place in a chain, a signed
 * checkpoint, or the end that does not say what was read.
 * @param trusted keys of checkpoints; with none, a history that was written anew from its first event on is not found
 * out
 */
export function createSnapshotReader(trusted: readonly NoteVerifier[]) {
  const chains = createChains();
  const sha256 = createHash('sha256');
  let end: SnapshotEnd | undefined;
  let at = 0;

  function refuse(message: string, cause?: unknown): never {
    throw new SnapshotRefused(`line ${at}: ${message}`, { cause });
  }

  function readCheckpoint(note: string, tenant: string): void {
    if (trusted.length === 0) return;
    try {
      const checkpoint = openCheckpoint(note, trusted);
      if (checkpoint.tenantId !== tenant) refuse(`a checkpoint of ${checkpoint.tenantId}, not of ${tenant}`);
      chains.vouch(checkpoint);
    } catch (error) {
      if (error instanceof SnapshotRefused) throw error;
      refuse(`a checkpoint of ${tenant}: ${(error as Error).message}`, error);
    }
  }

  return {
    next(text: string): SnapshotRead {
      at += 1;
      if (end !== undefined) refuse('it comes after the end');
      let line: ExportLine;
      try {
        line = parseExportLine(text, at);
      } catch (error) {
        throw new SnapshotRefused((error as Error).message, { cause: error });
      }
      if (line.kind === 'snapshot-end') {
        end = line;
        return { line };
      }
      sha256.update(`${text}\n`);
      if (line.kind === 'event') {
        const value = Buffer.from(line.value, 'base64');
        return { line, value, envelope: chains.take(line, value) };
      }
      if (line.kind === 'checkpoint') readCheckpoint(line.note, line.tenant);
      if (line.kind === 'row' && !SIDE_TABLES.includes(line.table)) refuse(`there is no table ${line.table}`);
      return { line };
    },
    /** @throws SnapshotRefused */
    finish(): { readonly end: SnapshotEnd; readonly heads: readonly SnapshotHead[] } {
      if (end === undefined)
        throw new SnapshotRefused(`it breaks off after line ${at}: whoever wrote it did not come to its end`);
      if (trusted.length > 0) chains.meetAll();
      const { kind: _, sha256: claimed, ...said } = end;
      if (JSON.stringify(said) !== JSON.stringify(chains.sum()))
        throw new SnapshotRefused(
          'its end does not say what its events come to: something is missing or was added',
        );
      if (claimed !== sha256.digest('hex'))
        throw new SnapshotRefused('it was changed: the SHA-256 of its lines is not the one at its end');
      return { end, heads: chains.heads() };
    },
  };
}
