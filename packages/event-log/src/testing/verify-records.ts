import { EMPTY_CHAIN, link, type ChainHead } from '@ftm/contracts/chain';
import { fromHeaders, type Envelope } from '@ftm/contracts/envelope';
import type { TenantId } from '@ftm/contracts/ids';
import { TECHNICAL_KEY } from '@ftm/contracts/topics';
import { streamKey } from '../batch.ts';

/** As much of a record as the check needs. */
export interface CheckedRecord {
  readonly key: string;
  readonly headers: Record<string, string>;
  readonly value: Buffer;
}

export interface Verified {
  readonly envelopes: readonly Envelope[];
  readonly byCommand: ReadonlyMap<string, readonly Envelope[]>;
  /** Violations of the log's invariants, none if all is well. */
  readonly problems: readonly string[];
}

/**
 * Checks records in log order against what must hold of every log: the chain of each tenant verifies, seq and version
 * run from 1 without gaps, time never goes back, and a command's events stand next to each other.
 */
export function verifyRecords(records: readonly CheckedRecord[]): Verified {
  const heads = new Map<TenantId, ChainHead>();
  const times = new Map<TenantId, string>();
  const versions = new Map<string, number>();
  const newest = new Map<TenantId, string>();
  const byCommand = new Map<string, Envelope[]>();
  const envelopes: Envelope[] = [];
  const problems: string[] = [];
  for (const record of records) {
    if (record.key === TECHNICAL_KEY) continue;
    const tenant = record.key as TenantId;
    const envelope = fromHeaders(tenant, record.headers);
    const at = `${tenant} seq ${envelope.seq}`;
    const linked = link(heads.get(tenant) ?? EMPTY_CHAIN, envelope, record.value);
    if (linked.kind === 'void') {
      problems.push(`${at}: ${linked.reason}`);
      continue;
    }
    heads.set(tenant, linked.head);
    const key = streamKey(tenant, envelope.stream);
    const version = (versions.get(key) ?? 0) + 1;
    if (envelope.version !== version)
      problems.push(`${at}: version ${envelope.version} of ${envelope.stream} should be ${version}`);
    versions.set(key, version);
    if (envelope.time < (times.get(tenant) ?? '')) problems.push(`${at}: time goes back`);
    times.set(tenant, envelope.time);
    const events = byCommand.get(envelope.command) ?? [];
    if (events.length > 0 && newest.get(tenant) !== envelope.command)
      problems.push(`${at}: command ${envelope.command} is in the log twice`);
    newest.set(tenant, envelope.command);
    byCommand.set(envelope.command, [...events, envelope]);
    envelopes.push(envelope);
  }
  return { envelopes, byCommand, problems };
}
